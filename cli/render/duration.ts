// Milliseconds as a person says them.
// Tables and the progress display share it, so that the same time never reads two ways.

/** `840 ms`, `12.3 s`, `4 min 05 s`. */
export function sayDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
