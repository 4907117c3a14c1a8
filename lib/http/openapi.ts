// The OpenAPI 3.1 document of the API, served as GET /openapi.json.
// Says what the routes do; the schemas stand in openapi-schemas.ts.

import { refTo, type schemas as Schemas, schemas } from './openapi-schemas.ts';

function json(description: string, schema: keyof typeof Schemas) {
  return { description, content: { 'application/json': { schema: refTo(schema) } } };
}

function body(schema: keyof typeof Schemas) {
  return { required: true, content: { 'application/json': { schema: refTo(schema) } } };
}

const problemTexts = {
  400: 'The request is not valid; `faults` lists every fault.',
  403: 'The action may lose data and the body does not allow it; `faults` names the field.',
  404: 'There is no such run.',
  409: 'Another request stands under this Idempotency-Key.',
  413: 'The body has more than 64 KiB.',
  415: 'The body has a content type that is not JSON.',
  502: 'OpenScaler did not answer as it should: no VM could be listed.',
  503: 'A service behind this one did not answer. A repeat with the same Idempotency-Key is safe.',
  504: 'The time for an answer is over.',
} as const;

function problems(...statuses: readonly (keyof typeof problemTexts)[]) {
  const content = { 'application/problem+json': { schema: refTo('Problem') } };
  const responses = statuses.map((status) => [status, { description: problemTexts[status], content }] as const);
  return { ...Object.fromEntries(responses), default: { description: 'Any other problem.', content } };
}

const launched = {
  ...json('The run, launched now or, under a repeated Idempotency-Key, before.', 'Launched'),
  headers: { Location: { description: 'Where the run can be read.', schema: { type: 'string' } } },
};

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'A repeat with the same key and body finds the first run; with another body it is a 409.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[ -~]+$' },
};

function pathParameter(name: string, schema: object) {
  return { name, in: 'path', required: true, schema };
}

const paths = {
  '/v1/runs': {
    post: {
      operationId: 'launchRun',
      summary: 'Launch a run, or see what it would do',
      parameters: [idempotencyKey],
      requestBody: body('RunRequest'),
      responses: {
        200: json('The plan, for a dry run: nothing was launched.', 'Report'),
        202: launched,
        ...problems(400, 403, 409, 413, 415, 502, 503, 504),
      },
    },
  },
  '/v1/runs/{name}': {
    get: {
      operationId: 'readRun',
      summary: 'How a run goes, or went',
      parameters: [pathParameter('name', { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' })],
      responses: { 200: json('The run, with the outcomes known so far.', 'RunDetails'), ...problems(404, 503) },
    },
  },
  '/v1/vms': {
    get: {
      operationId: 'listVms',
      summary: 'The fleet, with tags and power',
      parameters: [
        {
          name: 'select',
          in: 'query',
          description: 'Only the VMs that this selector matches, or could match if their tags were mended; `*` is all.',
          schema: { type: 'string', minLength: 1 },
        },
      ],
      responses: {
        200: json('The VMs, and the projects that could not be listed.', 'Fleet'),
        ...problems(400, 502, 503, 504),
      },
    },
  },
  '/v1/vms/{vm_id}/actions': {
    post: {
      operationId: 'actOnVm',
      summary: "OpenScaler's own call, as a verified run over one VM",
      parameters: [pathParameter('vm_id', { type: 'string' }), idempotencyKey],
      requestBody: body('VmAction'),
      responses: { 202: launched, ...problems(400, 403, 409, 413, 415, 503) },
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'readOpenApi',
      summary: 'This document',
      responses: {
        200: { description: 'This document.', content: { 'application/json': { schema: { type: 'object' } } } },
      },
    },
  },
} as const;

/** The document, as JSON-able data. */
export const openApiDocument = {
  openapi: '3.1.0',
  info: {
    title: 'openscaler-power',
    version: '1',
    summary: 'Powers OpenScaler VMs on and off, by tag, and verifies what became of each.',
  },
  security: [{ iam: [] }],
  paths,
  components: {
    schemas,
    securitySchemes: {
      iam: {
        type: 'apiKey',
        in: 'header',
        name: 'Authorization',
        description: 'AWS Signature Version 4 (service `execute-api`), by a principal that may `execute-api:Invoke`.',
      },
    },
  },
} as const;
