// POST, GET and DELETE of /v1/overrides: VMs kept on or off for a while, whatever their schedules want.
// Who made one is who IAM says is calling, never what a body claims.

import { PowerError } from '../core/errors.ts';
import { printInstant } from '../core/schedule/civil.ts';
import type { MadeOverride } from '../run/schedule/overrides.ts';
import type { KeptOverride } from '../stores.ts';
import { type HttpAnswer, jsonAnswer } from './answer.ts';
import type { ApiWorld } from './api-world.ts';
import { checkBody, readJsonBody } from './body.ts';
import { overrideId } from './idempotency-key.ts';
import { overrideRequestOf, overrideSchema } from './override-body.ts';
import { RequestProblem } from './problem.ts';
import type { HttpRequest } from './request.ts';

/** POST /v1/overrides: 201 and the override, or 200 and the first one under a repeated Idempotency-Key. */
export async function postOverride(http: HttpRequest, { schedules }: ApiWorld): Promise<HttpAnswer> {
  const body = readJsonBody(http);
  const request = overrideRequestOf(checkBody(overrideSchema, body), http.caller);
  const { id, sameKey } = overrideId(http, body);
  const uses = await schedules();
  const earlier = sameKey === null ? [] : await uses.keptOverrides();
  const first = earlier.find((one) => one.id.startsWith(sameKey ?? ''));
  if (first !== undefined) return repeated(first, id);
  return jsonAnswer(201, madeJson(await uses.makeOverride(request, id)));
}

function repeated(first: KeptOverride, id: string): HttpAnswer {
  if (first.id === id) return jsonAnswer(200, { override: overrideJson(first), leftOut: null, unlisted: null });
  throw new PowerError('conflict', 'another override was already made under this key: use a new key');
}

/** GET /v1/overrides: those that hold. */
export async function getOverrides(_http: HttpRequest, { schedules }: ApiWorld): Promise<HttpAnswer> {
  return jsonAnswer(200, { overrides: (await (await schedules()).listOverrides()).map(overrideJson) });
}

/** DELETE /v1/overrides/{id}: 200 and the override, cancelled now or before. */
export async function deleteOverride({ params }: HttpRequest, { schedules }: ApiWorld): Promise<HttpAnswer> {
  const { id = '' } = params;
  if (!/^[\w-]{1,64}$/.test(id))
    throw new RequestProblem('not-found', 'there is no override of this id; GET /v1/overrides lists those there are');
  return jsonAnswer(200, { override: overrideJson(await (await schedules()).cancelOverride(id)) });
}

function madeJson({ override, leftOut, unlisted }: MadeOverride) {
  const left = leftOut.map(({ vm: { id, name, account }, reason }) => ({ vm: id, name, account, reason }));
  return { override: overrideJson(override), leftOut: left, unlisted };
}

function overrideJson({ id, keep, startMs, reason, by, ends, cancelledMs }: KeptOverride) {
  const vms = Object.entries(ends).map(([key, endMs]) => {
    const slash = key.indexOf('/');
    return { vm: key.slice(slash + 1), account: key.slice(0, slash), end: printInstant(endMs) };
  });
  return {
    id,
    keep,
    start: printInstant(startMs),
    reason,
    by,
    cancelled: cancelledMs === null ? null : printInstant(cancelledMs),
    vms,
  };
}
