// /v1/keep/{token}: the link of a warning. GET shows what it would do and asks; only POST does it, as often as the quota allows.
// A form confirms the use that its page showed, and a use makes one override: to send it again changes nothing.
// The token is the right, and the only one: no cookie and no session lends a stranger's page anything, so there is nothing to forge
// across sites. Who can make a browser send this POST holds the token, and could as well send it.

import { printable, vmLine } from '../core/notice.ts';
import type { Clock, Log } from '../ports.ts';
import { isoTime } from '../run/iso-time.ts';
import { readKeepToken, warningName } from '../run/notify/keep-link.ts';
import { sayTime } from '../run/notify/local-time.ts';
import type { KnownOverride } from '../run/schedule/overrides.ts';
import type { KeptOverride, StopWarning, StopWarnings } from '../stores.ts';
import type { HttpAnswer } from './answer.ts';
import { decodeUtf8 } from './body.ts';
import { pageAnswer } from './keep-page.ts';
import type { HttpRequest } from './request.ts';
import type { Route } from './route.ts';

export interface KeepWorld {
  readonly clock: Clock;
  readonly log: Log;
  readonly warnings: StopWarnings;
  /** What links are signed with. Throws `secret`. */
  readonly keys: () => Promise<readonly string[]>;
  readonly keepMs: number;
  readonly quota: number;
  /** In which times are told. */
  readonly zone: string;
  /** Once for its id: a repeat gives the one that stands. Throws `request`, `aws`. */
  readonly keepOn: (override: KnownOverride) => Promise<KeptOverride>;
}

const path = '/v1/keep/{token}';

export const keepRoutes: readonly Route<KeepWorld>[] = [
  { method: 'GET', path, answer: getKeep },
  { method: 'POST', path, answer: postKeep },
];

const maxFormBytes = 1024;
const longestName = 120;

/** The page that asks; 403 and 410 for a link that is none, or none any more. Reads, and changes nothing. */
export async function getKeep(http: HttpRequest, world: KeepWorld): Promise<HttpAnswer> {
  const found = await findWarning(http, world);
  if ('answer' in found) return found.answer;
  const { stopMs, keys, shown, used } = found.warning;
  const now = world.clock.now();
  const more = keys.length - shown.length;
  const names = shown.map(({ key, name }) =>
    vmLine({ key: printable(key, longestName), name: printable(name, longestName), note: '' }),
  );
  const count = countOf(keys);
  const use = used + 1;
  const until = sayTime(endOf(stopMs, use, world), world.zone, now);
  return pageAnswer({
    status: 200,
    title: `Keep ${count} on?`,
    paragraphs: [
      `At ${sayTime(stopMs, world.zone, now)} a schedule stops ${keys.length === 1 ? 'this VM' : 'these VMs'}.`,
      `If you confirm, ${keys.length === 1 ? 'it stays' : 'they stay'} on until ${until}, and the schedule goes on from there. Nothing is changed before you do.`,
      // The link has no token of the cloud, so that it cannot know.
      'A VM that was switched off since the warning is started again.',
      onlySchedules,
    ],
    items: more > 0 ? [...names, `and ${more} more`] : names,
    confirm: { label: `Keep ${count} on until ${until}`, value: use },
  });
}

/**
 * Makes the override of one use, of those that the quota has left; 400 without the form's own field. First the override, whose id is the
 * use's, and then it is counted: a crash in between leaves a use that can be confirmed again, and never one that kept nothing on.
 */
export async function postKeep(http: HttpRequest, world: KeepWorld): Promise<HttpAnswer> {
  const found = await findWarning(http, world);
  if ('answer' in found) return found.answer;
  const confirmed = confirmedUse(http);
  if (confirmed === null) return notConfirmed;
  const { stopMs, keys, used } = found.warning;
  const use = used + 1;
  if (confirmed !== use) return confirmed < use ? usedUntil(stopMs, confirmed, world) : notConfirmed;
  const endMs = endOf(stopMs, use, world);
  const reason = `by the link of the warning of ${isoTime(stopMs)}`;
  const id = `keep-${warningName(found.warning)}-${use}`;
  const override = await world.keepOn({ id, keep: 'on', keys, endMs, reason, by: 'link' });
  // False where the same form was sent twice at once: it is counted, and both made the same override.
  await world.warnings.use(found.warning, used);
  if (override.cancelledMs !== null) return endedSince;
  world.log.info('VMs are kept on by the link of a warning', {
    stop: isoTime(stopMs),
    until: isoTime(endMs),
    vms: keys.length,
    use,
  });
  const until = sayTime(endMs, world.zone, world.clock.now());
  return pageAnswer({
    status: 200,
    title: 'Kept on',
    paragraphs: [
      `${countOf(keys)} will stay on until ${until}.`,
      onlySchedules,
      `To end that sooner: npx power overrides cancel ${id}`,
    ],
  });
}

type Found = { readonly warning: StopWarning } | { readonly answer: HttpAnswer };

// First the signature: nothing is read, and no time spent, for whoever made a token up.
async function findWarning({ params }: HttpRequest, world: KeepWorld): Promise<Found> {
  const { clock, log, warnings, quota } = world;
  const id = readKeepToken(params.token ?? '', await world.keys());
  if (id === null) {
    log.warn('a link was refused: nobody here has signed it');
    return { answer: notValid };
  }
  const warning = await warnings.read(id);
  if (warning === null || warning.keys.length === 0) return { answer: over };
  const { stopMs, used } = warning;
  if (clock.now() < stopMs && used < quota) return { warning };
  return { answer: used === 0 ? over : usedUntil(stopMs, used, world) };
}

/** Counted from the stop, not from now: that is what is put off, whenever it is confirmed. */
function endOf(stopMs: number, use: number, { keepMs }: KeepWorld): number {
  return stopMs + use * keepMs;
}

function usedUntil(stopMs: number, use: number, world: KeepWorld): HttpAnswer {
  const until = sayTime(endOf(stopMs, use, world), world.zone, world.clock.now());
  return gone('This link was used', `It put the stop off until ${until}. Nothing more was changed now.`);
}

/** Which use the form confirms; null where it confirms none. */
function confirmedUse({ body, headers }: HttpRequest): number | null {
  if (body.byteLength > maxFormBytes) return null;
  const type = headers.get('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) return null;
  const [confirmed = '', ...more] = new URLSearchParams(decodeUtf8(body) ?? '').getAll('confirm');
  return more.length === 0 && /^[1-9]\d?$/.test(confirmed) ? Number(confirmed) : null;
}

function countOf(keys: readonly string[]): string {
  return keys.length === 1 ? '1 VM' : `${keys.length} VMs`;
}

function gone(title: string, text: string): HttpAnswer {
  return pageAnswer({ status: 410, title, paragraphs: [text] });
}

// Overrides are heeded by ticks alone: whatever else asks for a stop gets it.
const onlySchedules = 'Schedules heed this. A cron, a webhook or a person can still stop them before.';

const over = gone('This link is over', 'It worked until the stop that it was for. Nothing was changed.');

const endedSince = gone(
  'This link was used',
  'What it made has been ended since: the VMs are as their schedules want them. Nothing was changed now.',
);

const notValid = pageAnswer({
  status: 403,
  title: 'This link is not valid',
  paragraphs: ['It may have been cut off or changed on its way. Nothing was changed.'],
});

const notConfirmed = pageAnswer({
  status: 400,
  title: 'Not confirmed',
  paragraphs: ['Open the link again and use its button. Nothing was changed.'],
});
