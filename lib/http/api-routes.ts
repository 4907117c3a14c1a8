// The API's table of routes: everything there is behind the IAM-authorised HTTP API.
// lib/http/openapi.ts describes the same; a test holds the two together.

import { jsonAnswer } from './answer.ts';
import type { ApiWorld } from './api-world.ts';
import { openApiDocument } from './openapi.ts';
import { deleteOverride, getOverrides, postOverride } from './overrides.ts';
import type { Route } from './route.ts';
import { deleteRun, getRun, getRuns, postRun } from './runs.ts';
import { getExplanation, getPlan } from './schedules.ts';
import { getVms, postVmAction } from './vms.ts';

export const apiRoutes: readonly Route<ApiWorld>[] = [
  { method: 'POST', path: '/v1/runs', answer: postRun },
  { method: 'GET', path: '/v1/runs', answer: getRuns },
  { method: 'GET', path: '/v1/runs/{name}', answer: getRun },
  { method: 'DELETE', path: '/v1/runs/{name}', answer: deleteRun },
  { method: 'GET', path: '/v1/vms', answer: getVms },
  { method: 'POST', path: '/v1/vms/{vm_id}/actions', answer: postVmAction },
  { method: 'GET', path: '/v1/vms/{vm_id}/explain', answer: getExplanation },
  { method: 'GET', path: '/v1/plan', answer: getPlan },
  { method: 'POST', path: '/v1/overrides', answer: postOverride },
  { method: 'GET', path: '/v1/overrides', answer: getOverrides },
  { method: 'DELETE', path: '/v1/overrides/{id}', answer: deleteOverride },
  { method: 'GET', path: '/openapi.json', answer: () => jsonAnswer(200, openApiDocument) },
];
