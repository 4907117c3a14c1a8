// The schema of one tag rule: which VMs, and which tags they get.
// Apart from schema.ts because what is allowed here comes from tags, not from configuration.

import * as v from 'valibot';
import { misspelledSpecialKey, valueFault } from '../core/tags/special.ts';
import type { TagRule } from '../core/tags.ts';
import { accountReference, listOf, text } from './fields.ts';
import { must, named, strict } from './strict.ts';

const tagKey = /^[A-Za-z0-9][A-Za-z0-9_.:/-]*$/;
const tagKeyAllowed = 'letters, digits and _ . : / -, the first a letter or digit';

/** A tag rule that may refer to these accounts. An empty match is a fault, not "all" (rule 1). */
export function tagRule(accounts: readonly string[]): v.GenericSchema<unknown, TagRule> {
  const match = v.pipe(
    strict({
      account: v.optional(accountReference(accounts)),
      name: v.optional(oneOrMore(text('a name or pattern like "ci-*"'))),
      project: v.optional(oneOrMore(text('a project id or pattern'))),
      region: v.optional(oneOrMore(text('a region or pattern'))),
      id: v.optional(oneOrMore(text('a VM id, as text'))),
    }),
    v.check(
      (fields) => Object.values(fields).some((value) => value !== undefined),
      'is empty; name at least one of account, name, project, region, id',
    ),
  );
  return strict({ match, tags });
}

const tags = v.pipe(
  named(tagKey, tagKeyAllowed, v.string(must('a text ("" is a tag without value)')), (values, addFault) => {
    for (const [key, value] of Object.entries(values)) {
      const meant = misspelledSpecialKey(key);
      if (meant !== undefined)
        addFault(key, `is not exactly the special tag "${meant}"; write it so, or choose another key`);
      const fault = typeof value === 'string' ? valueFault(key, value) : undefined;
      if (fault !== undefined) addFault(key, `cannot have this value: ${fault}`);
    }
  }),
  v.check((values) => Object.keys(values).length > 0, 'is empty; name at least one tag'),
);

function oneOrMore<const Value extends v.GenericSchema<string, string>>(
  value: Value,
): v.GenericSchema<unknown, string | readonly string[]> {
  const list = listOf('the values to match', value);
  return v.lazy((input) => (Array.isArray(input) ? list : value));
}
