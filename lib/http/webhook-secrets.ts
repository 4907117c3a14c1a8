// A webhook's secrets, read through a short cache: one secret, or several while the sender changes from one to the next.
// Short, so that a secret taken away stops counting within minutes; failures are not kept.

import * as v from 'valibot';
import { PowerError } from '../core/errors.ts';
import type { Clock } from '../ports.ts';

/** For how long a secret that was read counts. */
const maxAgeMs = 5 * 60_000;

// Several words may be one passphrase torn apart; secrets that machines make are longer than any of its words.
const minLengthOfSeveral = 16;

export interface Secrets {
  /** The text that stands under a Secrets Manager name or ARN. Throws `secret`. */
  read(secretId: string): Promise<string>;
}

/** Reads a webhook's secrets by secret id. Throws `secret`. */
export type ReadWebhookSecrets = (secretId: string) => Promise<readonly string[]>;

/** A reader whose answers are at most five minutes old. */
export function webhookSecrets(secrets: Secrets, clock: Clock): ReadWebhookSecrets {
  const kept = new Map<string, { readonly until: number; readonly secrets: readonly string[] }>();
  return async (secretId) => {
    const found = kept.get(secretId);
    if (found && clock.now() < found.until) return found.secrets;
    const until = clock.now() + maxAgeMs;
    const fresh = splitSecrets(secretId, await secrets.read(secretId));
    kept.set(secretId, { until, secrets: fresh });
    return fresh;
  };
}

const secretList = v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.minLength(1));

/** One secret, several parted by white space, a JSON array of them, or a JSON object with one field that holds them. Throws `secret`. */
export function splitSecrets(secretId: string, text: string): readonly string[] {
  const trimmed = text.trim();
  if (trimmed.startsWith('[')) return readArray(secretId, trimmed);
  return splitText(secretId, onlyField(secretId, trimmed) ?? trimmed);
}

const fieldList = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()));

/**
 * What Secrets Manager's console keeps of the one field that was filled in there; null for what is no JSON object. As a passphrase such
 * a text would be none that anybody signs with, and every delivery refused.
 */
function onlyField(secretId: string, trimmed: string): string | null {
  const parsed = v.safeParse(fieldList, trimmed);
  if (!trimmed.startsWith('{') || !parsed.success) return null;
  const [value, ...more] = Object.values(parsed.output);
  if (typeof value === 'string' && more.length === 0) return value.trim();
  const hint = 'keep one field with the secret, or the secret alone as plain text';
  throw new PowerError(
    'secret',
    `secret ${secretId} is a JSON object of which nobody knows where the secret is: ${hint}`,
  );
}

function splitText(secretId: string, trimmed: string): readonly string[] {
  const secrets = trimmed.split(/\s+/).filter((secret) => secret !== '');
  if (secrets.length === 0)
    throw new PowerError('secret', `secret ${secretId} is empty: put the webhook's secret there`);
  if (secrets.length > 1 && secrets.some((secret) => secret.length < minLengthOfSeveral)) {
    const hint = `if it is one passphrase, or several short secrets, write a JSON array of strings`;
    throw new PowerError(
      'secret',
      `secret ${secretId} has blanks and parts below ${minLengthOfSeveral} characters: ${hint}`,
    );
  }
  return secrets;
}

function readArray(secretId: string, text: string): readonly string[] {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), secretList), text);
  if (parsed.success) return parsed.output;
  throw new PowerError('secret', `secret ${secretId} looks like a JSON array, but is not one of non-empty strings`);
}
