// What people are told: a run that ended, or VMs that are about to be stopped. Data only; each channel writes it in its own way.
// Names and reasons were written by others: here they lose what could steer a screen, and their length; no channel trusts them further.

export interface NoticedVm {
  /** `account/id` */
  readonly key: string;
  readonly name: string;
  /** What is the case with it; empty where the notice as a whole says it. */
  readonly note: string;
}

/** A project that could not be listed, so that nobody knows how its VMs are. */
export interface NoticedProject {
  /** `account/project` */
  readonly key: string;
  readonly reason: string;
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
  readonly unlisted: readonly NoticedProject[];
  readonly link: { readonly label: string; readonly url: string } | null;
  /** For machines: JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** So many VMs are named; of the others there is a number. */
export const mostNoticedVms = 20;

/** So many projects have their reason told; mostly they have the same. */
const mostNoticedProjects = 5;

const longestName = 80;
const longestNote = 200;
/** With room for the ARN of a secret that is to be renewed. */
const longestReason = 400;

/** The VMs and projects as a notice names them: at most 20 and 5, printable and short. */
export function noticed(
  vms: readonly NoticedVm[],
  unlisted: readonly NoticedProject[] = [],
): Pick<Notice, 'vms' | 'more' | 'unlisted'> {
  const shown = vms.slice(0, mostNoticedVms).map(({ key, name, note }) => ({
    key: printable(key, longestName),
    name: printable(name, longestName),
    note: printable(note, longestNote),
  }));
  const projects = unlisted.slice(0, mostNoticedProjects).map(({ key, reason }) => ({
    key: printable(key, longestName),
    reason: printable(reason, longestReason),
  }));
  return { vms: shown, more: vms.length - shown.length, unlisted: projects };
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

/** What a notice has to say under its text, a line for each project and VM, still to be escaped for where it is shown. */
export function noticeLines({ unlisted, vms, more }: Pick<Notice, 'vms' | 'more' | 'unlisted'>): string[] {
  return [
    ...unlisted.map(({ key, reason }) => `• project ${key}: ${reason}`),
    ...vms.map((vm) => `• ${vmLine(vm)}`),
    ...(more === 0 ? [] : [`and ${more} more`]),
  ];
}

/** One line for a VM: `"name" (account/id): note`, still to be escaped for where it is shown. */
export function vmLine({ key, name, note }: NoticedVm): string {
  return `"${name}" (${key})${note === '' ? '' : `: ${note}`}`;
}
