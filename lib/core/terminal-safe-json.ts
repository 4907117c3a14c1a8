// JSON in which nothing can steer a terminal, a log viewer or an editor: what others wrote goes into it as it is.
// JSON.stringify escapes C0 controls only; the C1 ones (U+009B is a terminal's CSI) and bidirectional overrides pass it whole.

const steering = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The value as JSON.stringify has it, with DEL, C1 controls, line separators and bidirectional controls as `\uXXXX`: the same value to every reader. */
export function terminalSafeJson(value: unknown): string | undefined {
  // Typed as always text, it is none for what JSON has no word for.
  const text: string | undefined = JSON.stringify(value);
  return text === undefined ? undefined : withoutSteering(text);
}

/** The text with those characters written as `\uXXXX`. C0 controls stay: JSON escapes them. */
export function withoutSteering(text: string): string {
  return text.replace(steering, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
