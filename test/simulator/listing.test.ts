// The list: whole by default, and wrong in every way that the reference does not rule out.

import { describe, expect, it } from 'vitest';
import type { QuirkChoice } from '../../simulator/quirks.ts';
import { act, call, json, list, simulate, statusOf } from './calling.ts';

const fleetOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: index + 1, name: `vm-${index + 1}` }));
const listed = async (quirks: QuirkChoice, path = '/v1/vms?project_id=default') => {
  const simulator = await simulate({ fleet: fleetOf(5), quirks });
  return json(await call(simulator, path));
};

describe('a list', () => {
  it('comes in one piece and says no more than that, by default', async () => {
    const answer = await listed({});
    expect(Object.keys(answer)).toEqual(['vms']);
    expect(answer.vms.length).toBe(5);
  });

  it('comes in pages', async () => {
    const simulator = await simulate({ fleet: fleetOf(5), quirks: { list: { paged: 2 } } });
    const seen: unknown[] = [];
    let next: unknown = '/v1/vms?project_id=default';
    while (next !== undefined) {
      const page = await json(await call(simulator, String(next)));
      seen.push(page.vms.map(({ id }) => id));
      next = page.next;
    }
    expect(seen).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('hints at more by a Link header, in pages or not', async () => {
    const paged = await simulate({ fleet: fleetOf(5), quirks: { list: { paged: 2, linkHeader: true } } });
    const first = await call(paged, '/v1/vms?project_id=default');
    expect(first.headers.get('link')).toBe('</v1/vms?project_id=default&cursor=2>; rel="next"');
    expect(Object.keys(await json(first))).toEqual(['vms']);
    expect((await call(paged, '/v1/vms?project_id=default&cursor=4')).headers.has('link')).toBe(false);
    const whole = await simulate({ fleet: fleetOf(5), quirks: { list: { linkHeader: true } } });
    const only = await call(whole, '/v1/vms?project_id=default');
    expect([only.headers.has('link'), (await json(only)).vms.length]).toEqual([true, 5]);
  });

  it('has a total, right or wrong', async () => {
    expect((await listed({ list: { total: 'right' } })).total).toBe(5);
    expect((await listed({ list: { total: 'wrong' } })).total).toBe(6);
  });

  it('has an id twice', async () => {
    expect((await listed({ list: { duplicateId: true } })).vms.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 1]);
  });

  it('misses a VM once', async () => {
    const simulator = await simulate({ fleet: fleetOf(3), quirks: { list: { missingOnce: ['2'] } } });
    expect((await list(simulator)).map(({ id }) => id)).toEqual([1, 3]);
    expect((await list(simulator)).map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('fails for some projects, for ever or a few times, by a status or a fault of the wire', async () => {
    const failProjects = { a: { answer: 500 }, b: { answer: 503, times: 1 }, c: { answer: 'cut' } } as const;
    const simulator = await simulate({
      fleet: [{ id: 1, name: 'x', project: 'd' }],
      quirks: { list: { failProjects } },
    });
    const status = (project: string) => statusOf(call(simulator, `/v1/vms?project_id=${project}`));
    expect([await status('a'), await status('a')]).toEqual([500, 500]);
    expect([await status('b'), await status('b')]).toEqual([503, 200]);
    expect([await status('c'), await status('d')]).toEqual(['cut', 200]);
  });

  it('lags behind for every VM', async () => {
    const simulator = await simulate({ fleet: fleetOf(2), quirks: { list: { lagMs: 800_000 } } });
    await act(simulator, '2', 'power_off');
    expect((await list(simulator)).map(({ state }) => state)).toEqual(['running', 'running']);
    await expect.poll(async () => (await list(simulator))[1]?.state, { timeout: 10_000 }).toBe('shutoff');
  });

  it('needs a project, or lists all without one', async () => {
    const fleet = [...fleetOf(1), { id: 9, name: 'x', project: 'p2' }];
    const strict = await simulate({ fleet });
    expect((await call(strict, '/v1/vms')).status).toBe(400);
    const lenient = await simulate({ fleet, quirks: { projectIdRequired: false } });
    expect((await json(await call(lenient, '/v1/vms'))).vms.map(({ id }) => id)).toEqual([1, 9]);
  });

  it('takes several projects, or the last one', async () => {
    const fleet = [...fleetOf(1), { id: 9, name: 'x', project: 'p2' }];
    const path = '/v1/vms?project_id=default&project_id=p2';
    const all = await simulate({ fleet });
    expect((await json(await call(all, path))).vms.map(({ id }) => id)).toEqual([1, 9]);
    const last = await simulate({ fleet, quirks: { repeatedProjectId: 'last' } });
    expect((await json(await call(last, path))).vms.map(({ id }) => id)).toEqual([9]);
  });

  it.each([200, 403, 404] as const)('of an unknown project is a %d', async (unknownProject) => {
    const simulator = await simulate({ fleet: fleetOf(1), quirks: { unknownProject } });
    expect((await call(simulator, '/v1/vms?project_id=nowhere')).status).toBe(unknownProject);
    expect((await list(simulator)).length).toBe(1);
  });
});
