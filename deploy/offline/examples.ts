// What to try against the local API, as lines that can be pasted into a shell.
// The webhook's secret is a local one, made for this session.

import type { WebhookConfig } from '../../lib/config.ts';

export interface ExampleSetup {
  readonly apiUrl: string;
  readonly webhooks: readonly (WebhookConfig & { readonly secret: string })[];
}

export function examples({ apiUrl, webhooks }: ExampleSetup): readonly string[] {
  const json = "-H 'Content-Type: application/json'";
  return [
    `curl -s '${apiUrl}/v1/vms?select=env%3Ddev'`,
    `curl -s ${apiUrl}/v1/runs ${json} -d '{"action":"shutdown","select":"env=dev","dryRun":true}'`,
    `curl -s ${apiUrl}/v1/runs ${json} -d '{"action":"shutdown","select":"env=dev"}'`,
    `curl -s ${apiUrl}/v1/runs/NAME    # with the name that the one above answered`,
    `curl -s '${apiUrl}/v1/plan?select=schedule&days=7'`,
    `curl -s ${apiUrl}/v1/overrides ${json} -d '{"keep":"on","select":"env=dev","for":"2h","reason":"a demo"}'`,
    ...webhooks.flatMap((webhook) => signedExample(`${apiUrl}/v1/webhooks/${webhook.name}`, webhook)),
  ];
}

function signedExample(url: string, webhook: ExampleSetup['webhooks'][number]): readonly string[] {
  const body = JSON.stringify(exampleBody(webhook)).replaceAll("'", "'\\''");
  if (webhook.verify === 'github') {
    return [
      `body='${body}'; sum=$(printf %s "$body" | openssl dgst -sha256 -hmac '${webhook.secret}' | sed 's/^.* //')`,
      `curl -s ${url} -H "X-Hub-Signature-256: sha256=$sum" -d "$body"`,
    ];
  }
  const key = Buffer.from(webhook.secret.replace(/^whsec_/, ''), 'base64').toString('hex');
  const sign = `openssl dgst -sha256 -mac HMAC -macopt hexkey:${key} -binary | base64`;
  return [
    `body='${body}'; at=$(date +%s); sum=$(printf 'msg_%s.%s.%s' "$at" "$at" "$body" | ${sign})`,
    `curl -s ${url} -H "webhook-id: msg_$at" -H "webhook-timestamp: $at" -H "webhook-signature: v1,$sum" -d "$body"`,
  ];
}

/** A body that the first rule matches, or that says itself what is allowed. */
function exampleBody({ on, allow }: WebhookConfig): object {
  const [rule] = on;
  if (rule === undefined) return { action: allow?.actions[0], select: allow?.select };
  const body = {};
  for (const [path, value] of Object.entries(rule.when)) setAt(body, path.split('.'), value);
  return body;
}

function setAt(target: object, [key, ...rest]: readonly string[], value: unknown): void {
  if (key === undefined) return;
  if (rest.length === 0) return void Reflect.set(target, key, value);
  const inner: unknown = Reflect.get(target, key);
  const next = typeof inner === 'object' && inner !== null ? inner : {};
  Reflect.set(target, key, next);
  setAt(next, rest, value);
}
