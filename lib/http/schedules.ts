// GET /v1/plan and GET /v1/vms/{vm_id}/explain: what schedules want, of the fleet ahead and of one VM at an instant.
// Both only look: what they show is what a tick would decide.

import { parseInstant } from '../core/schedule/iso-instant.ts';
import { parseSelector } from '../core/selector.ts';
import { type HttpAnswer, jsonAnswer } from './answer.ts';
import type { ApiWorld } from './api-world.ts';
import { invalid } from './body.ts';
import { RequestProblem } from './problem.ts';
import { readQuery } from './query.ts';
import type { HttpRequest } from './request.ts';
import { refuseUnlistable } from './runs.ts';

const dayMs = 86_400_000;

/** How far ahead a plan looks unless it is told, and at most. */
export const planDays = { byDefault: 14, most: 92 } as const;

// Lambda answers with at most 6 MB, and the text is wrapped into JSON once more, which doubles its quotes.
const mostPlanCharacters = 4_000_000;

/** GET /v1/plan: the transitions of all VMs, or of those that the selector matches, from now on. */
export async function getPlan(http: HttpRequest, { schedules, clock, accounts }: ApiWorld): Promise<HttpAnswer> {
  const { select, days } = readQuery(http.query, ['select', 'days']);
  if (select !== null) parseSelector(select);
  const fromMs = clock.now();
  const toMs = fromMs + readDays(days) * dayMs;
  const { json, unlisted } = await (await schedules()).outlook({ select, fromMs, toMs });
  const projects = accounts.reduce((sum, account) => sum + account.projects.length, 0);
  refuseUnlistable(projects - unlisted.length, { unlisted });
  const answer = jsonAnswer(200, json);
  if (answer.body.length > mostPlanCharacters)
    throw new RequestProblem('request', 'the plan is too long for one answer: select fewer VMs, or ask for fewer days');
  return answer;
}

function readDays(text: string | null): number {
  if (text === null) return planDays.byDefault;
  const days = Number(text);
  if (/^\d{1,3}$/.test(text) && days >= 1 && days <= planDays.most) return days;
  throw invalid([{ path: 'days', message: `must be a whole number from 1 to ${planDays.most}` }]);
}

/** GET /v1/vms/{vm_id}/explain: which schedule a VM has, and what a tick would do with it now or at `at`, and why. */
export async function getExplanation(http: HttpRequest, { schedules, clock }: ApiWorld): Promise<HttpAnswer> {
  const { at: text } = readQuery(http.query, ['at']);
  const at = text === null ? clock.now() : parseInstant(text);
  if (at === null) {
    const message = 'must be an instant with Z or an offset, like 2026-11-24T22:00Z ("+" is written %2B here)';
    throw invalid([{ path: 'at', message }]);
  }
  return jsonAnswer(200, await (await schedules()).explain(http.params.vm_id ?? '', at));
}
