import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { printableFields, printableText } from '../../lib/aws/log-fields.ts';
import { PowerError } from '../../lib/core/errors.ts';

const token = 'osl-0123456789-very-secret';

describe('the fields of a log line', () => {
  it('keep plain values as they are', () => {
    const fields = { run: 'cron-1', vms: 3, isNew: true, none: null, list: [1, 'a'], inner: { vm: '8' } };
    expect(printableFields(fields)).toEqual(fields);
    expect(printableFields()).toEqual({});
  });

  it.each([
    'authorization',
    'Authorization',
    'authorisation',
    'token',
    'accessToken',
    'access_token',
    'secret',
    'client_secret',
    'password',
    'cookie',
    'Set-Cookie',
    'x-api-key',
    'apiKey',
    'credentials',
    'webhook-signature',
    'privateKey',
  ])('lose %s at every depth', (key) => {
    const printed = printableFields({
      [key]: token,
      kept: 1,
      inner: { [key]: token, list: [{ [key]: { a: token }, vm: '8' }] },
    });
    expect(printed).toEqual({ kept: 1, inner: { list: [{ vm: '8' }] } });
  });

  it('tell name, code, message and faults of our own errors, and nothing else', () => {
    const cause = Object.assign(new Error(token), { headers: { authorization: token } });
    const error = Object.assign(new PowerError('config', 'fix these', { faults: ['a: wrong', 'b: missing'], cause }), {
      more: token,
    });
    expect(printableFields({ error })).toEqual({
      error: { name: 'PowerError', code: 'config', message: 'fix these', faults: ['a: wrong', 'b: missing'] },
    });
    expect(printableFields({ error: new PowerError('aws', 'no', { cause }) })).toEqual({
      error: { name: 'PowerError', code: 'aws', message: 'no' },
    });
  });

  it('tell of a foreign error what kind it is and where it arose, wherever it stands', () => {
    const error = Object.assign(new TypeError(`bad ${token}\n    at ${token}:1:1`, { cause: token }), {
      config: { token },
    });
    const expected = {
      name: 'TypeError',
      code: 'internal',
      message: 'something unexpected went wrong (TypeError)',
      at: expect.stringMatching(/^log\.test\.ts:\d+:\d+$/),
    };
    expect(printableFields({ error, list: [{ deep: error }] })).toEqual({
      error: expected,
      list: [{ deep: expected }],
    });
  });

  it.each([
    ['text', token, 'string thrown'],
    ['an object', { message: token }, 'object thrown'],
    ['nothing', undefined, 'undefined thrown'],
  ])('tell of %s thrown in place of an error no more than its type', (_what, error, kind) => {
    expect(printableFields({ error })).toEqual({
      error: { name: kind, code: 'internal', message: `something unexpected went wrong (${kind})` },
    });
  });

  it('survive an error whose stack, message or name is no text', () => {
    const odd = Object.assign(new Error('x'), { stack: 7, message: 8, name: `Error ${token}` });
    expect(printableFields({ error: odd })).toEqual({
      error: { name: 'Error', code: 'internal', message: 'something unexpected went wrong (Error)' },
    });
  });

  it('never open what is not a plain value', () => {
    const cycle: Record<string, unknown> = {};
    cycle.again = cycle;
    const printed = printableFields({
      headers: new Headers({ authorization: token }),
      buffer: Buffer.from(token),
      map: new Map([['a', token]]),
      fn: () => token,
      symbol: Symbol(token),
      big: 10n,
      date: new Date(0),
      noDate: new Date(Number.NaN),
      bare: Object.assign(Object.create(null), { vm: '8' }),
      cycle,
    });
    expect(printed).toMatchObject({
      headers: '[object]',
      buffer: '[object]',
      map: '[object]',
      fn: '[function]',
      symbol: '[symbol]',
      big: '10',
      date: '1970-01-01T00:00:00.000Z',
      noDate: '[Invalid Date]',
      bare: { vm: '8' },
    });
    expect(JSON.stringify(printed)).not.toContain(token);
    expect(JSON.stringify(printed)).toContain('[too deep]');
  });

  it('do not take the names of the line itself', () => {
    expect(printableFields({ level: 'x', message: 'y', service: 'z' })).toEqual({
      level_: 'x',
      message_: 'y',
      service_: 'z',
    });
  });

  it('and its message hide what stands behind the word Bearer', () => {
    expect(printableText(`sent Authorization: Bearer ${token}, bearer  ${token}"`)).toBe(
      'sent Authorization: Bearer [removed], Bearer [removed]"',
    );
    const faults = [`saw Bearer ${token}`];
    const error = new PowerError('config', `said Bearer ${token}`, { faults });
    expect(JSON.stringify(printableFields({ text: `Bearer ${token}`, error }))).not.toContain(token);
  });
});

describe('the log of a Lambda', () => {
  const script = `
    import { lambdaLog } from './lib/aws/log.ts';
    import { PowerError } from './lib/core/errors.ts';
    const log = lambdaLog({ level: process.argv[1], service: 'power' });
    const cause = Object.assign(new Error('${token}'), { headers: { authorization: '${token}' } });
    log.debug('one Bearer ${token}', { run: 'r', token: '${token}' });
    log.info('two', { run: 'r', message: 'own', error: Object.assign(new Error('${token}'), { response: cause }) });
    log.warn('three', { run: 'r', error: new PowerError('aws', 'try again', { cause }) });
    log.error('four');
  `;

  async function linesAt(level: string): Promise<{ lines: Record<string, unknown>[]; printed: string }> {
    const run = promisify(execFile);
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', script, level]);
    const printed = stdout + stderr;
    const lines = printed.split('\n').filter((line) => line.startsWith('{'));
    return { lines: lines.map((line): Record<string, unknown> => JSON.parse(line)), printed };
  }

  it('prints one JSON line per fact, and the token at no level', async () => {
    const { lines, printed } = await linesAt('debug');
    const byMessage = new Map(lines.map((line) => [line.message, line]));
    expect(lines).toHaveLength(4);
    expect(byMessage.get('one Bearer [removed]')).toMatchObject({ level: 'DEBUG', service: 'power', run: 'r' });
    expect(byMessage.get('two')).toMatchObject({
      level: 'INFO',
      message_: 'own',
      error: { name: 'Error', code: 'internal' },
    });
    expect(byMessage.get('three')?.error).toEqual({ name: 'PowerError', code: 'aws', message: 'try again' });
    expect(byMessage.get('four')).toMatchObject({ level: 'ERROR' });
    expect(printed).not.toContain(token);
  });

  it('keeps quiet below its level', async () => {
    const { lines } = await linesAt('warn');
    expect(lines.map((line) => line.message).sort()).toEqual(['four', 'three']);
  });
});
