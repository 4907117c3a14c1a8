// GET /v1/vms and POST /v1/vms/{vm_id}/actions: the fleet as the run sees it, and the vendor's own call, verified.
// The action's body is the vendor's, so that a caller needs to change nothing but the address.

import * as v from 'valibot';
import type { Action } from '../core/action.ts';
import { matches, parseSelector } from '../core/selector.ts';
import { actionSchema, flagSchema, type RunRequest, runRequestSchema } from '../run/request.ts';
import { type HttpAnswer, jsonAnswer } from './answer.ts';
import type { ApiWorld } from './api-world.ts';
import { checkBody, invalid, readJsonBody } from './body.ts';
import { refuseDataLoss } from './data-loss.ts';
import { apiRunName } from './idempotency-key.ts';
import { readQuery } from './query.ts';
import type { HttpRequest } from './request.ts';
import { fleetJson } from './run-json.ts';
import { launchFromApi, refuseUnlistable } from './runs.ts';

/** The vendor's body, and the leave that this API asks for on top. */
export const vmActionSchema = v.strictObject({
  type: actionSchema,
  allowDataLoss: v.optional(flagSchema, false),
});

/** POST /v1/vms/{vm_id}/actions: 202 and the run that sends it and sees to its end. */
export async function postVmAction(http: HttpRequest, world: ApiWorld): Promise<HttpAnswer> {
  const name = apiRunName(http);
  const { type, allowDataLoss } = checkBody(vmActionSchema, readJsonBody(http));
  refuseDataLoss(type, allowDataLoss);
  return launchFromApi(name, requestFor(http.params.vm_id, type, allowDataLoss), world);
}

function requestFor(vmId: string | undefined, action: Action, allowDataLoss: boolean): RunRequest {
  const parsed = v.safeParse(runRequestSchema, { action, ids: [vmId], allowDataLoss });
  if (parsed.success) return parsed.output;
  throw invalid(parsed.issues.map(({ message }) => ({ path: 'vm_id', message })));
}

/** GET /v1/vms: all VMs, or those that the selector matches or, where tags are at fault, could match. */
export async function getVms(http: HttpRequest, world: ApiWorld): Promise<HttpAnswer> {
  const { select } = readQuery(http.query, ['select']);
  const selector = select === null ? null : parseSelector(select);
  const { vms, unlisted } = await world.inventory();
  refuseUnlistable(vms.length, { unlisted });
  const shown = selector === null ? vms : vms.filter((vm) => matches(selector, vm) !== 'no');
  return jsonAnswer(200, fleetJson(shown, unlisted));
}
