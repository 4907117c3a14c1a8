// The schema of what runs announce as events.
// Apart from schema.ts, because `false` stands for an object here.

import * as v from 'valibot';
import * as field from './fields.ts';
import { strict } from './strict.ts';

const fields = strict({ vmSettled: v.optional(field.oneOf(['failures', 'all', 'none']), 'failures') });
const off = v.literal(false, 'must be an object with "vmSettled", or false for no events, not true');

/** `false` is no event at all. */
export const events = v.lazy(
  (input): v.GenericSchema<unknown, false | v.InferOutput<typeof fields>> =>
    typeof input === 'boolean' ? off : fields,
);
