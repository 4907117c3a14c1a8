// The OpenAPI 3.1 document of the API, served as GET /openapi.json.
// Says what the routes do; the schemas stand in openapi-schemas.ts.

import { refTo, type schemas as Schemas, schemas } from './openapi-schemas.ts';
import { outcomesPerPage, runsPerPage } from './run-pages.ts';
import { planDays } from './schedules.ts';

function json(description: string, schema: keyof typeof Schemas) {
  return { description, content: { 'application/json': { schema: refTo(schema) } } };
}

function body(schema: keyof typeof Schemas) {
  return { required: true, content: { 'application/json': { schema: refTo(schema) } } };
}

const problemTexts = {
  400: 'The request is not valid; `faults` lists every fault.',
  403: 'The action may lose data and the body does not allow it; `faults` names the field.',
  404: 'There is no such run, VM or override, or nothing is selected.',
  409: 'Another request stands under this Idempotency-Key.',
  413: 'The body has more than 64 KiB.',
  415: 'The body has a content type that is not JSON.',
  502: 'OpenScaler did not answer as it should: no VM could be listed.',
  503: 'A service behind this one did not answer. A repeat with the same Idempotency-Key is safe.',
  504: 'The time for an answer is over.',
} as const;

function problem(description: string) {
  return { description, content: { 'application/problem+json': { schema: refTo('Problem') } } };
}

function problems(...statuses: readonly (keyof typeof problemTexts)[]) {
  const responses = statuses.map((status) => [status, problem(problemTexts[status])] as const);
  return { ...Object.fromEntries(responses), default: problem('Any other problem.') };
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

const overrideKey = {
  ...idempotencyKey,
  description: 'A repeat with the same key and body finds the first override; with another body it is a 409.',
};

const selectParameter = {
  name: 'select',
  in: 'query',
  description: 'Only the VMs that this selector matches, or could match if their tags were mended; `*` is all.',
  schema: { type: 'string', minLength: 1 },
};

const runName = pathParameter('name', { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' });

function limitParameter({ least, byDefault, most }: { least: number; byDefault: number; most: number }, of: string) {
  const schema = { type: 'integer', minimum: least, maximum: most, default: byDefault };
  return { name: 'limit', in: 'query', description: of, schema };
}

const cursor = {
  name: 'cursor',
  in: 'query',
  description: 'Where the page begins, as `next` of the page before has it.',
  schema: { type: 'string', minLength: 1 },
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
    get: {
      operationId: 'listRuns',
      summary: 'The last runs, newest first',
      parameters: [limitParameter(runsPerPage, 'How many runs at most.'), cursor],
      responses: {
        200: json('A page of runs. One that was just launched may take a moment to be in it.', 'Runs'),
        ...problems(400, 503),
      },
    },
  },
  '/v1/runs/{name}': {
    get: {
      operationId: 'readRun',
      summary: 'How a run goes, or went',
      parameters: [
        runName,
        limitParameter(
          outcomesPerPage,
          'How many outcomes at most; with 0 none is read, and `counts` is null until it has ended.',
        ),
        cursor,
      ],
      responses: {
        200: json('The run, with a page of the outcomes known so far.', 'RunDetails'),
        ...problems(400, 404, 503),
      },
    },
    delete: {
      operationId: 'cancelRun',
      summary:
        'Cancel a run: it never begins, or it sends nothing more, settles what it has sent for a short while, and reports',
      parameters: [runName],
      responses: {
        200: json('The run, which has ended: it was cancelled, now or before.', 'Launched'),
        202: json('The run, which is asked to stop, and will have ended soon.', 'Launched'),
        ...problems(404, 503),
        409: problem('The run was over before: it has ended, or it is lost.'),
      },
    },
  },
  '/v1/vms': {
    get: {
      operationId: 'listVms',
      summary: 'The fleet, with tags and power',
      parameters: [selectParameter],
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
  '/v1/vms/{vm_id}/explain': {
    get: {
      operationId: 'explainVm',
      summary: 'Which schedule a VM has, and what a tick would do with it, and why',
      parameters: [
        pathParameter('vm_id', { type: 'string' }),
        {
          name: 'at',
          in: 'query',
          description: 'The instant to decide for; now when left out.',
          schema: { type: 'string', format: 'date-time' },
        },
      ],
      responses: {
        200: json('The object of `power explain --json`.', 'Explanation'),
        ...problems(400, 404, 502, 503, 504),
      },
    },
  },
  '/v1/plan': {
    get: {
      operationId: 'readPlan',
      summary: 'What the schedules of the fleet want, from now on',
      parameters: [
        selectParameter,
        {
          name: 'days',
          in: 'query',
          description: 'How many days ahead.',
          schema: { type: 'integer', minimum: 1, maximum: planDays.most, default: planDays.byDefault },
        },
      ],
      responses: { 200: json('The object of `power plan --json`.', 'Outlook'), ...problems(400, 502, 503, 504) },
    },
  },
  '/v1/overrides': {
    post: {
      operationId: 'makeOverride',
      summary: 'Keep VMs on or off for a while, whatever their schedules want',
      parameters: [overrideKey],
      requestBody: body('OverrideRequest'),
      responses: {
        200: json('The first override under this Idempotency-Key.', 'MadeOverride'),
        201: json('The override, and the VMs that it is on.', 'MadeOverride'),
        ...problems(400, 404, 409, 413, 415, 502, 503, 504),
      },
    },
    get: {
      operationId: 'listOverrides',
      summary: 'The overrides that hold',
      responses: { 200: json('The overrides.', 'Overrides'), ...problems(503) },
    },
  },
  '/v1/overrides/{id}': {
    delete: {
      operationId: 'cancelOverride',
      summary: 'End an override now',
      parameters: [pathParameter('id', { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' })],
      responses: { 200: json('The override, cancelled now or before.', 'CancelledOverride'), ...problems(404, 503) },
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
