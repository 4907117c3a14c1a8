// What the environment says, and what is said when it cannot be.
// The terminal and a Lambda differ in one point: a Lambda never takes a token from a variable.

import { describe, expect, it } from 'vitest';
import { loadConfig, readEnvironment } from '../../lib/config.ts';
import { PowerError } from '../../lib/core/errors.ts';
import { faultsOf } from './loaded.ts';

const urlFault = 'OPENSCALER_API_URL: must be an https address (or http on loopback) without user, query or fragment';
const several = { accounts: { a: { secretId: 'a' }, b: { secretId: 'b' } } };
const refusedToken =
  'OPENSCALER_TOKEN: a Lambda refuses it; remove it, and put the token into Secrets Manager (OPENSCALER_SECRET_ID)';

it('every variable has its field', () => {
  expect(
    readEnvironment({
      OPENSCALER_API_URL: 'https://api.example',
      OPENSCALER_SECRET_ID: 'power/token',
      OPENSCALER_TOKEN: 'very-secret',
      POWER_TABLE: 'runs',
      POWER_RUN_FUNCTION: 'power-run',
      POWER_EVENT_BUS: 'default',
      AWS_REGION: 'eu-west-3',
      LOG_LEVEL: 'debug',
      AWS_LAMBDA_FUNCTION_NAME: 'power-api',
    }),
  ).toEqual({
    apiUrl: 'https://api.example',
    secretId: 'power/token',
    token: 'very-secret',
    tableName: 'runs',
    runFunctionName: 'power-run',
    eventBus: 'default',
    region: 'eu-west-3',
    logLevel: 'DEBUG',
    functionName: 'power-api',
  });
});

it('blank variables count as unset', () => {
  const blank = { OPENSCALER_API_URL: '', OPENSCALER_SECRET_ID: ' ', OPENSCALER_TOKEN: '\n', LOG_LEVEL: '' };
  expect(readEnvironment(blank)).toEqual(readEnvironment({}));
  expect(readEnvironment({})).toEqual({
    apiUrl: 'https://api.alpha.openscaler.net',
    secretId: null,
    token: null,
    tableName: null,
    runFunctionName: null,
    eventBus: null,
    region: null,
    logLevel: null,
    functionName: null,
  });
});

describe('the API address may be', () => {
  it.each([
    ['https://api.example/', 'https://api.example'],
    ['https://api.example:8443/base//', 'https://api.example:8443/base'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['http://127.9.8.7', 'http://127.9.8.7'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['HTTPS://API.example', 'https://api.example'],
  ])('%s', (url, expected) => {
    const environment = readEnvironment({ OPENSCALER_API_URL: url, OPENSCALER_SECRET_ID: 's' });
    expect(loadConfig({}, environment).accounts[0]?.apiUrl).toBe(expected);
  });
});

describe('the API address may not be', () => {
  it.each([
    'http://api.example',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://x127.0.0.1.example',
    'http://10.0.0.1',
    'http://[::2]',
    'ftp://localhost',
    'api.example',
    'https://user@api.example',
    'https://:pass@api.example',
    'https://api.example?x=1',
    'https://api.example#x',
  ])('%s', (url) => {
    expect(faultsOf({}, readEnvironment({ OPENSCALER_API_URL: url, OPENSCALER_SECRET_ID: 's' }))).toEqual([urlFault]);
  });
});

describe('credentials', () => {
  it.each([
    [
      'neither secret nor token, at the terminal',
      {},
      {},
      {},
      [
        'OPENSCALER_SECRET_ID: is missing; set it to the Secrets Manager name or ARN of the secret with the API token, or OPENSCALER_TOKEN to the token itself, or name a secretId for each of "accounts"',
      ],
    ],
    [
      'neither secret nor token, in a Lambda',
      {},
      {},
      { where: 'lambda' },
      [
        'OPENSCALER_SECRET_ID: is missing; set it to the Secrets Manager name or ARN of the secret with the API token, or name a secretId for each of "accounts"',
      ],
    ],
    ['neither, when they are optional', {}, {}, { credentials: 'optional' }, []],
    ['accounts with secrets of their own', {}, several, {}, []],
    ['a secret', { OPENSCALER_SECRET_ID: 's' }, {}, { where: 'lambda' }, []],
    [
      'a secret that cannot be one',
      { OPENSCALER_SECRET_ID: 'a b' },
      {},
      {},
      ['OPENSCALER_SECRET_ID: must be a Secrets Manager name or ARN: letters, digits and / _ + = . @ : ! -'],
    ],
    ['a token at the terminal', { OPENSCALER_TOKEN: 't' }, {}, {}, []],
    [
      'a token in a Lambda',
      { OPENSCALER_TOKEN: 't', OPENSCALER_SECRET_ID: 's' },
      {},
      { where: 'lambda' },
      [refusedToken],
    ],
    [
      'a token in what the environment says is a Lambda',
      { OPENSCALER_TOKEN: 't', AWS_LAMBDA_FUNCTION_NAME: 'f' },
      {},
      {},
      [refusedToken],
    ],
    ['a token for one account', { OPENSCALER_TOKEN: 't' }, { accounts: { a: { secretId: 'a' } } }, {}, []],
    [
      'a token for several accounts',
      { OPENSCALER_TOKEN: 't' },
      several,
      {},
      ["OPENSCALER_TOKEN: one token cannot serve several accounts; remove it, so that each account's secretId is used"],
    ],
    [
      'a token with a blank in it',
      { OPENSCALER_TOKEN: 'very secret' },
      {},
      {},
      ['OPENSCALER_TOKEN: holds blanks or characters that no token has; set it again (its value is not shown)'],
    ],
    [
      'a log level that does not exist',
      { OPENSCALER_SECRET_ID: 's', LOG_LEVEL: 'loud' },
      {},
      {},
      ['LOG_LEVEL: must be one of TRACE, DEBUG, INFO, WARN, ERROR, SILENT, CRITICAL'],
    ],
    ['a log level in small letters', { OPENSCALER_SECRET_ID: 's', LOG_LEVEL: 'warn' }, {}, {}, []],
  ] as const)('%s', (_, variables, input, options, faults) => {
    expect(faultsOf(input, readEnvironment(variables), options)).toEqual(faults);
  });

  it('without any, when they are optional, there is an account without a secret', () => {
    expect(loadConfig({}, readEnvironment({}), { credentials: 'optional' }).accounts[0]?.secretId).toBeNull();
  });
});

it('faults of the environment and of the config come together', () => {
  const faults = faultsOf({ guard: 1 }, readEnvironment({ OPENSCALER_API_URL: 'x', LOG_LEVEL: 'x' }));
  expect(faults.map((fault) => fault.split(': ')[0])).toEqual([
    'guard',
    'OPENSCALER_API_URL',
    'LOG_LEVEL',
    'OPENSCALER_SECRET_ID',
  ]);
});

it('no fault shows the token', () => {
  const environment = readEnvironment({ OPENSCALER_TOKEN: 'very secret', OPENSCALER_API_URL: 'https://u:very@x' });
  try {
    loadConfig(several, environment);
    expect.unreachable();
  } catch (error) {
    expect(error instanceof PowerError && [error.message, error.stack, ...error.faults].join()).not.toMatch(/very/);
  }
});
