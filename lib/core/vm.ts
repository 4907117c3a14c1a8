// A VM as the run sees it: what the API listed, the power its state name means, and its tags.
// A state name that is not in the table is `other`, never a guess (rule 6).

declare const vmIdBrand: unique symbol;

/** A VM's id as text. Ids are unique within an account only. */
export type VmId = string & { readonly [vmIdBrand]: true };

export type Power = 'on' | 'off' | 'starting' | 'stopping' | 'other';

export const powers = ['on', 'off', 'starting', 'stopping', 'other'] as const satisfies readonly Power[];

/** Tags by key; a tag without value has the empty string. */
export type Tags = Readonly<Record<string, string>>;

/** A VM as the API listed it, checked at the border, before its tags are read. */
export interface ListedVm {
  readonly id: VmId;
  readonly name: string;
  readonly account: string;
  readonly project: string;
  readonly region: string;
  /** The API's name of its size, which has a price; empty when it had none. */
  readonly size: string;
  readonly description: string;
  /** The API's own tags, should it ever return some (source 2). */
  readonly tags: readonly TagEntry[];
  /** The API's state name, as it came; empty when it had none. */
  readonly state: string;
  /** What could not be read of this entry of the list. */
  readonly faults: readonly string[];
}

export interface TagEntry {
  readonly key: string;
  readonly value: string;
}

/** A VM with its power and its tags. One with a fault is left alone (rule 6). */
export interface Vm {
  readonly id: VmId;
  readonly name: string;
  readonly account: string;
  readonly project: string;
  readonly region: string;
  readonly size: string;
  readonly state: string;
  readonly power: Power;
  readonly tags: Tags;
  readonly faults: readonly string[];
}

/** The same VM in every list: (account, id), as `account/id`. */
export function vmKey(vm: { readonly account: string; readonly id: VmId }): string {
  return `${vm.account}/${vm.id}`;
}

// libvirt's domain states, and the names by which clouds pass them on.
const knownStates: ReadonlyMap<string, Power> = new Map<string, Power>([
  ['running', 'on'],
  ['blocked', 'on'],
  ['shutoff', 'off'],
  ['shut off', 'off'],
  ['stopped', 'off'],
  ['off', 'off'],
  ['crashed', 'off'],
  ['shutdown', 'stopping'],
  ['in shutdown', 'stopping'],
  ['stopping', 'stopping'],
  ['starting', 'starting'],
  ['booting', 'starting'],
  ['paused', 'other'],
  ['pmsuspended', 'other'],
  ['nostate', 'other'],
]);

/** Whether anybody has said what a state name means: one that nobody has is `other`, and worth telling of. */
export function isKnownState(state: string, more: Readonly<Record<string, Power>> = {}): boolean {
  return Object.hasOwn(more, state) || knownStates.has(state);
}

/** The power a state name means; `more` is the config's `states`, which wins over the built-in table. */
export function powerOf(state: string, more: Readonly<Record<string, Power>> = {}): Power {
  const power = Object.hasOwn(more, state) ? more[state] : knownStates.get(state);
  return power ?? 'other';
}
