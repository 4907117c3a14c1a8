import { describe, expect, it } from 'vitest';

import { vmId } from '../../lib/openscaler/vm-id.ts';
import { parseList, parseVm } from '../../lib/openscaler/wire.ts';

const documented = {
  id: 8,
  name: 'my-example-computer',
  user_id: '7247ba6a-b17d-4c72-94f1-a36108aee56d',
  project_id: 'default',
  uuid: 'c8bcdc74-fe5d-11ee-9a99-1e3c3b352c51',
  region: 'alg1',
  description: 'My example computer [env=dev]',
  distro: 'debian-13',
  size: 'b-1-500mb-10',
  node_type: 'VM',
  state: 'running',
  disks: [{ is_main_disk: true, path: '/' }],
  network: { resource_type: 'vm', private_ip: '10.0.1.2' },
};

const origin = { account: 'main', project: 'default' };
const noHeaders = new Map<string, string>();

function list(body: unknown, headers: Record<string, string> = {}) {
  return parseList(JSON.stringify(body), origin, new Map(Object.entries(headers)));
}

function only(changes: Record<string, unknown>) {
  const { state: _state, ...rest } = documented;
  const [vm] = list({ vms: [{ ...rest, state: 'running', ...changes }] });
  if (!vm) throw new Error('the list is empty');
  return vm;
}

describe('a list', () => {
  it('is read as the reference documents it', () => {
    expect(list({ vms: [documented] })).toEqual([
      {
        id: '8',
        name: 'my-example-computer',
        account: 'main',
        project: 'default',
        region: 'alg1',
        size: 'b-1-500mb-10',
        description: 'My example computer [env=dev]',
        tags: [],
        state: 'running',
        faults: [],
      },
    ]);
  });

  it('may be empty', () => {
    expect(list({ vms: [] })).toEqual([]);
  });

  it.each([
    ['not JSON', 'oops'],
    ['an empty body', ''],
    ['cut off', '{"vms":[{"id":8'],
    ['a bare array', '[]'],
    ['null', 'null'],
    ['without vms', '{"machines":[]}'],
    ['vms that are no array', '{"vms":{"8":{}}}'],
    ['an error object', '{"error":"no"}'],
  ])('that is %s is list-failed', (_what, body) => {
    expect(() => parseList(body, origin, noHeaders)).toThrow(
      expect.objectContaining({ code: 'list-failed', message: expect.stringContaining('"default"') }),
    );
  });

  it.each([
    ['an id twice', { vms: [documented, { ...documented, name: 'other' }] }, 'has the id 8 twice'],
    ['an id as number and as text', { vms: [documented, { ...documented, id: '8' }] }, 'has the id 8 twice'],
    ['an entry without id', { vms: [documented, { name: 'x' }] }, 'entry 1 of its vms has no readable id'],
    ['an id with a path in it', { vms: [{ ...documented, id: '../8' }] }, 'no readable id'],
    ['an id that is too long', { vms: [{ ...documented, id: 'x'.repeat(129) }] }, 'no readable id'],
    ['a fractional id', { vms: [{ ...documented, id: 8.5 }] }, 'no readable id'],
    ['an id beyond exact numbers', { vms: [{ ...documented, id: 2 ** 53 }] }, 'no readable id'],
    ['a negative id', { vms: [{ ...documented, id: -8 }] }, 'no readable id'],
    ['an entry that is null', { vms: [null] }, 'is not an object'],
    ['an entry that is an array', { vms: [[8]] }, 'is not an object'],
    ['a VM of another project', { vms: [{ ...documented, project_id: 'p2' }] }, 'VM 8 of another project, "p2"'],
  ])('with %s may not be whole', (_what, body, words) => {
    expect(() => list(body)).toThrow(
      expect.objectContaining({ code: 'list-not-whole', message: expect.stringContaining(words) }),
    );
  });

  it('that may not be whole says the first three reasons and keeps all', () => {
    const vms = [1, 2, 3, 4, 5].map(() => ({ name: 'no id' }));
    expect(() => list({ vms })).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/entry 0.*entry 1.*entry 2.*and 2 more$/),
        faults: expect.objectContaining({ length: 5 }),
      }),
    );
  });
});

describe('a VM', () => {
  it.each([
    [0, '0'],
    [23, '23'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    ['23', '23'],
    ['c8bcdc74-fe5d-11ee', 'c8bcdc74-fe5d-11ee'],
  ])('has the id %j as %s', (id, text) => {
    expect(only({ id }).id).toBe(text);
  });

  it.each([
    ['state', undefined, 'shows no state'],
    ['state', null, 'a state for it that is not text'],
    ['state', 1, 'a state for it that is not text'],
    ['name', undefined, 'shows no name'],
    ['name', 5, 'a name for it that is not text'],
    ['description', ['x'], 'a description for it that is not text'],
    ['region', {}, 'a region for it that is not text'],
    ['project_id', { id: 'default' }, 'a project_id for it that is not text'],
    ['tags', 'env=dev', 'tags for it that are neither'],
    ['tags', ['env=dev', 7], 'tags for it that are neither'],
    ['tags', ['=dev'], 'tags for it that are neither'],
    ['tags', [''], 'tags for it that are neither'],
    ['tags', { env: 1 }, 'tags for it that are neither'],
    ['tags', { '': 'x' }, 'tags for it that are neither'],
    ['tags', JSON.parse('{"constructor":"x","env":"dev"}'), 'tags for it that are neither'],
    ['tags', [{ key: 'env', value: 'dev' }], 'tags for it that are neither'],
  ])('with a bad %s (%j) has a fault, and its neighbours have none', (key, value, words) => {
    const bad = { ...documented, id: 9, [key]: value };
    const [good, faulty] = list({ vms: [documented, bad] });
    expect(good?.faults).toEqual([]);
    expect(faulty?.id).toBe('9');
    expect(faulty?.faults).toEqual([expect.stringContaining(words)]);
    expect(faulty?.project).toBe('default');
  });

  it('with a bad state has none, with every other field kept', () => {
    expect(only({ state: 7 })).toMatchObject({ state: '', name: 'my-example-computer', region: 'alg1' });
  });

  it.each([['description'], ['region'], ['project_id'], ['tags']])('may do without %s', (key) => {
    expect(only({ [key]: undefined }).faults).toEqual([]);
    expect(only({ [key]: null }).faults).toEqual([]);
  });

  it.each([[undefined], [null], [7], [{ id: 'b-1-2-50' }]])(
    'with %j as its size has an empty one, and no fault',
    (size) => {
      expect(only({ size })).toMatchObject({ size: '', faults: [] });
    },
  );

  it('without a project_id is of the project that was asked for', () => {
    expect(only({ project_id: null }).project).toBe('default');
  });

  it.each([
    [
      ['env=dev', 'protected', 'a=b=c', ' tier = 1 '],
      [
        ['env', 'dev'],
        ['protected', ''],
        ['a', 'b=c'],
        ['tier', '1'],
      ],
    ],
    [
      { env: 'dev', protected: '' },
      [
        ['env', 'dev'],
        ['protected', ''],
      ],
    ],
    [[], []],
    [{}, []],
  ])('has the tags %j', (tags, entries) => {
    expect(only({ tags }).tags.map(({ key, value }) => [key, value])).toEqual(entries);
  });
});

describe('one VM by id', () => {
  const id = vmId('8');
  const parse = (body: unknown) => parseVm(JSON.stringify(body), id, 'main');

  it('is read bare, or wrapped in vm', () => {
    const expected = expect.objectContaining({ id: '8', project: 'default', state: 'running', faults: [] });
    expect(parse(documented)).toEqual(expected);
    expect(parse({ vm: documented })).toEqual(expected);
  });

  it('has a fault when it has no project', () => {
    expect(parse({ ...documented, project_id: null })).toMatchObject({
      faults: ['the API shows no project_id for it'],
    });
  });

  it.each([
    [{ ...documented, id: 9 }, 'the answer is about VM 9'],
    [{ name: 'x' }, 'the answer has no readable id'],
    [{ vm: { ...documented, id: null } }, 'the answer has no readable id'],
    [null, 'the answer is not a VM'],
    ['text', 'the answer is not a VM'],
  ])('that is %j is none', (body, words) => {
    expect(parse(body)).toBe(words);
  });
});

describe('a list of 10,000 VMs', () => {
  it('is read whole, in order', () => {
    const vms = Array.from({ length: 10_000 }, (_, n) => ({ ...documented, id: n }));
    const listed = list({ vms, total: 10_000 });
    expect(listed).toHaveLength(10_000);
    expect(listed[9999]?.id).toBe('9999');
  });
});
