// /v1/keep/{token}: the link of a warning. GET shows what it would do and asks; only POST does it, as often as the quota allows.
// The token is the right, and the only one: no cookie and no session lends a stranger's page anything, so there is nothing to forge
// across sites. Who can make a browser send this POST holds the token, and could as well send it.

import { printable, vmLine } from '../core/notice.ts';
import type { StopWarning, StopWarnings } from '../notify-ports.ts';
import type { Clock, KeptOverride, Log } from '../ports.ts';
import { readKeepToken } from '../run/notify/keep-link.ts';
import { sayTime } from '../run/notify/local-time.ts';
import type { KnownOverride } from '../run/schedule/overrides.ts';
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
  /** Throws `request`, `aws`. */
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
  const until = sayTime(endOf(stopMs, used, world), world.zone, now);
  return pageAnswer({
    status: 200,
    title: `Keep ${count} on?`,
    paragraphs: [
      `At ${sayTime(stopMs, world.zone, now)} a schedule stops ${keys.length === 1 ? 'this VM' : 'these VMs'}.`,
      `If you confirm, ${keys.length === 1 ? 'it stays' : 'they stay'} on until ${until}, and the schedule goes on from there. Nothing is changed before you do.`,
    ],
    items: more > 0 ? [...names, `and ${more} more`] : names,
    confirm: `Keep ${count} on until ${until}`,
  });
}

/** Makes the override, once for each use that the quota has left; 400 without the form's own field. */
export async function postKeep(http: HttpRequest, world: KeepWorld): Promise<HttpAnswer> {
  const found = await findWarning(http, world);
  if ('answer' in found) return found.answer;
  if (!isConfirmed(http)) return notConfirmed;
  const { stopMs, keys, used } = found.warning;
  if (!(await world.warnings.use(stopMs, used))) return usedMeanwhile;
  const endMs = endOf(stopMs, used, world);
  try {
    const reason = `by the link of the warning of ${new Date(stopMs).toISOString()}`;
    await world.keepOn({ keep: 'on', keys, endMs, reason, by: 'link' });
  } catch (error) {
    await world.warnings.unuse(stopMs, used);
    throw error;
  }
  world.log.info('VMs are kept on by the link of a warning', {
    stop: new Date(stopMs).toISOString(),
    until: new Date(endMs).toISOString(),
    vms: keys.length,
    use: used + 1,
  });
  const until = sayTime(endMs, world.zone, world.clock.now());
  return pageAnswer({
    status: 200,
    title: 'Kept on',
    paragraphs: [`${countOf(keys)} will stay on until ${until}.`, 'To end that sooner: npx power overrides.'],
  });
}

type Found = { readonly warning: StopWarning } | { readonly answer: HttpAnswer };

// First the signature: nothing is read, and no time spent, for whoever made a token up.
async function findWarning({ params }: HttpRequest, world: KeepWorld): Promise<Found> {
  const { clock, log, warnings, quota, zone } = world;
  const stopMs = readKeepToken(params.token ?? '', await world.keys());
  if (stopMs === null) {
    log.warn('a link was refused: nobody here has signed it');
    return { answer: notValid };
  }
  const now = clock.now();
  if (stopMs <= now) return { answer: over };
  const warning = await warnings.read(stopMs);
  if (warning === null || warning.keys.length === 0) return { answer: over };
  if (warning.used < quota) return { warning };
  const until = sayTime(endOf(stopMs, warning.used - 1, world), zone, now);
  return { answer: gone('This link was used', `What it was for is done: the VMs stay on until ${until}.`) };
}

/** Counted from the stop, not from now: that is what is put off, whenever it is confirmed. */
function endOf(stopMs: number, used: number, { keepMs }: KeepWorld): number {
  return stopMs + (used + 1) * keepMs;
}

function isConfirmed({ body, headers }: HttpRequest): boolean {
  if (body.byteLength > maxFormBytes) return false;
  const type = headers.get('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) return false;
  const confirmed = new URLSearchParams(decodeUtf8(body) ?? '').getAll('confirm');
  return confirmed.length === 1 && confirmed[0] === 'yes';
}

function countOf(keys: readonly string[]): string {
  return keys.length === 1 ? '1 VM' : `${keys.length} VMs`;
}

function gone(title: string, text: string): HttpAnswer {
  return pageAnswer({ status: 410, title, paragraphs: [text] });
}

const over = gone('This link is over', 'It worked until the stop that it was for. Nothing was changed.');

const usedMeanwhile = gone(
  'This link was used',
  'Somebody used it a moment ago. Open it again to see what is the case.',
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
