// Webhook deliveries as an honest sender signs them, by each standard's own words: what attacks begin from.
// Signed with node:crypto, not with the libraries under test.

import { createHmac, randomBytes } from 'node:crypto';
import type { WebhookConfig } from '../../lib/config.ts';

export interface Signing {
  readonly secret: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly id?: string;
  readonly name?: string;
}

export interface Delivery {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A Standard Webhooks delivery. */
export function signed(body: unknown, { secret, at, id = 'msg_1', name = 'ci' }: Signing): Delivery {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const timestamp = String(Math.floor(at / 1000));
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${hmac(keyOf(secret), `${id}.${timestamp}.${text}`, 'base64')}`,
  };
  return { path: `/v1/webhooks/${name}`, headers, body: text };
}

/** A delivery of GitHub's. */
export function fromGithub(body: unknown, secret: string, name = 'hub'): Delivery {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = { 'x-hub-signature-256': `sha256=${hmac(secret, text, 'hex')}` };
  return { path: `/v1/webhooks/${name}`, headers, body: text };
}

export function hmac(key: string | Buffer, text: string, encoding: 'base64' | 'hex', algorithm = 'sha256'): string {
  return createHmac(algorithm, key).update(text).digest(encoding);
}

/** The bytes that a Standard Webhooks secret stands for. */
export function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
}

/** A webhook `ci` with a secret that nobody else has. */
export function standardWebhook(parts: Partial<WebhookConfig> = {}): { config: WebhookConfig; secret: string } {
  const config = { name: 'ci', verify: 'standard', secretId: 'power/ci', on: [], allow: null, ...parts } as const;
  return { config, secret: `whsec_${randomBytes(24).toString('base64')}` };
}
