// What the OpenAPI document's schemas are made of: types that recur, and fields that several requests have.
// One place, so that a selector is described alike wherever one may stand.

import { longestSelector } from '../core/selector.ts';

export const text = { type: 'string' } as const;
export const flag = { type: 'boolean', default: false } as const;
export const count = { type: 'integer', minimum: 0 } as const;
export const instant = { type: 'string', format: 'date-time' } as const;

export function nullable(schema: { readonly type: string; readonly format?: string; readonly description?: string }) {
  return { ...schema, type: [schema.type, 'null'] };
}

export function listOf(schema: object) {
  return { type: 'array', items: schema };
}

export function objectOf(properties: Readonly<Record<string, object>>, optional: readonly string[] = []) {
  return { type: 'object', required: Object.keys(properties).filter((key) => !optional.includes(key)), properties };
}

export const ids = {
  type: ['array', 'null'],
  minItems: 1,
  maxItems: 10_000,
  items: { type: 'string', pattern: '^(?:[A-Za-z0-9][\\w.-]{0,63}\\/)?[A-Za-z0-9][\\w.-]{0,127}$' },
  description: 'Ids, or account/id where two accounts have that id. With `select`, a VM must be meant by both.',
};

export const select = {
  type: ['string', 'null'],
  minLength: 1,
  maxLength: longestSelector,
  description: 'A Kubernetes label selector over tags, like `env=dev,tier!=db`; `*` is every VM.',
};

export const account = { ...text, description: 'The account, as the configuration names it.' };
