// The five things the API can be asked to do to a VM, and what each of them wants.
// One table, so that no other file has to list actions by name.

export const actions = ['start', 'shutdown', 'power_off', 'reboot', 'reset'] as const;

export type Action = (typeof actions)[number];

/** The power that proves an action done, or null for the two whose effect no state can prove. */
export const wantedPower = {
  start: 'on',
  shutdown: 'off',
  power_off: 'off',
  reboot: null,
  reset: null,
} as const satisfies Record<Action, 'on' | 'off' | null>;

/** Whether the action may lose what the guest has not written to disk (rule 2). */
export function losesData(action: Action): boolean {
  return action === 'power_off' || action === 'reset';
}

/** Whether the action takes a running VM away from its users, so that the guard counts it (rule 10). */
export function disrupts(action: Action): boolean {
  return action !== 'start';
}
