// What a verified webhook asks for: by a rule of the configuration, or by its own words within what the configuration allows.
// Looks at the body only, and never gives leave to lose data.

import * as v from 'valibot';
import type { WebhookConfig, WebhookRule } from '../config.ts';
import { losesData } from '../core/action.ts';
import { andSelectors, longestSelector } from '../core/selector.ts';
import { actionSchema, parseRunRequest, type RunRequest } from '../run/request.ts';
import { checkBody } from './body.ts';
import { RequestProblem } from './problem.ts';

export type WebhookIntent = { readonly request: RunRequest } | { readonly ignored: string };

/** The request of the first rule that matches, or else what the sender names. Throws problems 400 and 403. */
export function intentOf({ on, allow }: WebhookConfig, body: unknown): WebhookIntent {
  const rule = on.find(({ when }) => Object.entries(when).every(([path, value]) => fieldOf(body, path) === value));
  if (rule) return { request: requestOf(rule) };
  if (allow === null) return { ignored: 'no rule matches this event' };
  if (fieldOf(body, 'action') === undefined && fieldOf(body, 'select') === undefined) {
    return { ignored: 'no rule matches this event, and it names neither action nor select' };
  }
  return { request: sendersRequest(allow, body) };
}

function requestOf({ action, select, account }: WebhookRule): RunRequest {
  return parseRunRequest({ action, select, accounts: account === null ? null : [account] });
}

// The rest of the body is the sender's own.
const sendersWords = v.object({ action: actionSchema, select: v.pipe(v.string(), v.maxLength(longestSelector)) });

function sendersRequest(allow: NonNullable<WebhookConfig['allow']>, body: unknown): RunRequest {
  const { action, select } = checkBody(sendersWords, body);
  if (!allow.actions.includes(action)) {
    const message = `${action} is not allowed here; allowed: ${allow.actions.join(', ')}`;
    throw new RequestProblem('not-allowed', message, { faults: [{ path: 'action', message }] });
  }
  if (losesData(action)) {
    const message = `${action} may lose data, and no webhook may ask for that`;
    throw new RequestProblem('data-loss', message, { faults: [{ path: 'action', message }] });
  }
  return parseRunRequest({ action, select: andSelectors(allow.select, select) });
}

/** The value at a dotted path of own fields; undefined when there is none. */
function fieldOf(body: unknown, path: string): unknown {
  let value: unknown = body;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
