// A VM's id as text that is safe in a path: checked once, at the border, and branded from then on.
// The reference shows it as a JSON number in answers and as a string in paths (openscaler-api.md, VM).

import { PowerError } from '../core/errors.ts';
import type { VmId } from '../core/vm.ts';

const shape = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;

/** Whether the text is an id that can go into a path unchanged: 1-128 of `[A-Za-z0-9_.-]`, never `..`. */
export function isVmId(text: string): text is VmId {
  return shape.test(text) && !text.includes('..');
}

/** The text as a VM id. Throws `request` when it can't be one. */
export function vmId(text: string): VmId {
  if (isVmId(text)) return text;
  throw new PowerError(
    'request',
    `${JSON.stringify(text.slice(0, 140))} is not a VM id: give 1-128 letters, digits, "_", "." or "-", as power list shows it`,
  );
}
