// The schema of how a run goes through tiers, and over how long it spreads its sends.
// Apart from schema.ts, because what is checked before the next tier has a small language of its own.

import * as v from 'valibot';
import { type Action, actions } from '../core/action.ts';
import type { ReadyCheck } from '../core/policy.ts';
import * as field from './fields.ts';
import { isPlainObject, must, named, strict } from './strict.ts';

const hour = 60 * 60_000;
const upToOneHour = { fromMs: 1, toMs: hour, words: 'more than nothing and at most 1h' };

const hostAndPort = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})):([0-9]{1,5})$/;
const tcpAllowed = 'a host and a port like "db.internal:5432"';

/** A host (a name, or an address; one with colons in brackets) and a port, or null. */
function parseHostAndPort(text: string): { host: string; port: number } | null {
  const [, host, digits] = hostAndPort.exec(text) ?? [];
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535) return null;
  return { host: host.replace(/^\[|\]$/g, ''), port };
}

const tcp = v.pipe(
  v.string(must(tcpAllowed)),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const found = parseHostAndPort(dataset.value);
    if (found !== null) return found;
    addIssue({ message: must(tcpAllowed)({ input: dataset.value }) });
    return NEVER;
  }),
);

const httpAllowed = 'an http or https address without user, password or fragment, like "https://db.internal/health"';

/** The fault never shows the value: it may hold a password. */
const http = v.custom<string>((value) => typeof value === 'string' && isCheckable(value), `must be ${httpAllowed}`);

function isCheckable(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
  return url.username === '' && url.password === '' && url.hash === '';
}

const readyFields = {
  tcp: v.optional(tcp),
  http: v.optional(http),
  within: v.optional(field.duration(upToOneHour), '5m'),
};

const ready = v.pipe(
  strict(readyFields, (input, addFault) => {
    const given = [input.tcp, input.http].filter((one) => one !== undefined);
    if (given.length !== 1) addFault('tcp', 'or "http" must stand here: exactly one of the two');
  }),
  v.transform(({ tcp: target, http: address, within }): ReadyCheck => {
    if (target !== undefined) return { tcp: target, withinMs: within };
    // The check above has refused what has neither.
    return { http: address ?? '', withinMs: within };
  }),
);

export const tiers = strict({
  gate: v.optional(field.oneOf(['verified', 'best-effort']), 'verified'),
  patience: v.optional(field.duration(field.upToOneDay)),
  delay: v.optional(field.duration(upToOneHour)),
  ready: v.optional(
    named(/^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/, 'tiers, as numbers like 0, 1 or 2.5', ready, (input, addFault) => {
      if (Object.hasOwn(input, '-0')) addFault('-0', 'is tier 0; write 0');
    }),
    {},
  ),
});

const spread = field.duration(upToOneHour);
const byAction = strict({
  start: v.optional(spread),
  shutdown: v.optional(spread),
  power_off: v.optional(spread),
  reboot: v.optional(spread),
  reset: v.optional(spread),
} satisfies Record<Action, v.GenericSchema>);

/** For all actions alike, or for each its own. */
export const stagger = v.lazy(
  (input): v.GenericSchema<unknown, Readonly<Partial<Record<Action, number | undefined>>>> =>
    isPlainObject(input) ? byAction : forAll,
);
const forAll = v.pipe(
  spread,
  v.transform((ms) => Object.fromEntries(actions.map((action) => [action, ms]))),
);
