// Tags given by the operator (`tags` in power.config.ts): to every VM that a rule matches, it lends its tags.
// They are the first source: on one key they beat everything else.

import type { ListedVm, TagEntry, Tags } from '../vm.ts';
import { fitsGlob } from './glob.ts';

type OneOrMore = string | readonly string[];

/** Every field that is given must match. `id` and `account` are exact; `name`, `project` and `region` are globs with `*` and `?`. */
export interface TagMatch {
  readonly account?: string | undefined;
  readonly name?: OneOrMore | undefined;
  readonly project?: OneOrMore | undefined;
  readonly region?: OneOrMore | undefined;
  readonly id?: OneOrMore | undefined;
}

export interface TagRule {
  readonly match: TagMatch;
  readonly tags: Tags;
}

/** The tags that the rules lend to this VM, in the order of the rules; keys may repeat. */
export function lentTags(listed: ListedVm, rules: readonly TagRule[]): readonly TagEntry[] {
  return rules
    .filter(({ match }) => isMatch(listed, match))
    .flatMap(({ tags }) => Object.entries(tags).map(([key, value]) => ({ key, value })));
}

function isMatch(listed: ListedVm, match: TagMatch): boolean {
  return (
    isAny(match.account, (account) => account === listed.account) &&
    isAny(match.id, (id) => id === listed.id) &&
    isAny(match.name, (glob) => fitsGlob(glob, listed.name)) &&
    isAny(match.project, (glob) => fitsGlob(glob, listed.project)) &&
    isAny(match.region, (glob) => fitsGlob(glob, listed.region))
  );
}

function isAny(wanted: OneOrMore | undefined, isFitting: (one: string) => boolean): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === 'string' ? isFitting(wanted) : wanted.some(isFitting);
}
