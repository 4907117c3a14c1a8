// What people are told: a run that ended, or VMs that are about to be stopped. Data only; each channel writes it in its own way.
// Names and reasons were written by others: here they lose what could steer a screen, and their length; no channel trusts them further.

export interface NoticedVm {
  /** `account/id` */
  readonly key: string;
  readonly name: string;
  /** What is the case with it; empty where the notice as a whole says it. */
  readonly note: string;
}

export interface Notice {
  /** Repeats have the same. */
  readonly id: string;
  readonly type: 'run.ended' | 'stop.ahead';
  /** When it happened, in epoch milliseconds. */
  readonly at: number;
  /** In words of ours alone. */
  readonly title: string;
  /** In words of ours alone. */
  readonly text: string;
  readonly vms: readonly NoticedVm[];
  /** How many VMs beyond `vms` it is about. */
  readonly more: number;
  readonly link: { readonly label: string; readonly url: string } | null;
  /** For machines: JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** So many VMs are named; of the others there is a number. */
export const mostNoticedVms = 20;

const longestName = 80;
const longestNote = 200;

/** The VMs as a notice names them: at most 20, printable and short. */
export function noticed(vms: readonly NoticedVm[]): Pick<Notice, 'vms' | 'more'> {
  const shown = vms.slice(0, mostNoticedVms).map(({ key, name, note }) => ({
    key: printable(key, longestName),
    name: printable(name, longestName),
    note: printable(note, longestNote),
  }));
  return { vms: shown, more: vms.length - shown.length };
}

/**
 * The text with characters that cannot be seen, or that reorder what is seen, written as `\u{…}`; then cut after so many, so that no
 * name makes a message too long to be taken.
 */
export function printable(text: string, longest: number): string {
  const visible = text
    .slice(0, longest + 1)
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
  return visible.length <= longest ? visible : `${visible.slice(0, longest - 1).toWellFormed()}…`;
}

/** One line for a VM: `"name" (account/id): note`, still to be escaped for where it is shown. */
export function vmLine({ key, name, note }: NoticedVm): string {
  return `"${name}" (${key})${note === '' ? '' : `: ${note}`}`;
}

/** What stands under the VMs that are named; null when all are. */
export function moreLine({ more }: Pick<Notice, 'more'>): string | null {
  return more === 0 ? null : `and ${more} more`;
}
