// From a request and a fleet to who is pursued and who is left alone, in which words, before anything is sent.

import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../lib/core/outcome.ts';
import { type Inventory, makePlan, type Plan, type PlanRequest, planWishes, type Wish } from '../../lib/core/plan.ts';
import { type Power, powers, type Vm } from '../../lib/core/vm.ts';
import { vm } from '../fixtures/vm.ts';
import { policy } from '../fixtures/world.ts';

const shutdown: PlanRequest = {
  action: 'shutdown',
  select: 'env=dev',
  ids: null,
  dryRun: false,
  allowDataLoss: false,
  overrideGuard: false,
};
const now = 1_000;

const fleet = (...vms: readonly Vm[]): Inventory => ({ vms, unlisted: [] });
const many = (count: number, power: Power = 'on') =>
  fleet(...Array.from({ length: count }, (_, id) => vm({ id: String(id), power })));

function plan(change: Partial<PlanRequest>, inventory: Inventory, guard = policy.guard): Plan {
  return makePlan({ ...shutdown, ...change }, inventory, { ...policy, guard }, now);
}

const pursued = ({ pursuits }: Plan) => pursuits.map((pursuit) => pursuit.vm.id);
const wordsOf = ({ vm: id, result, code, reason }: Outcome) => [id, result, code, reason];
const words = ({ outcomes }: Plan) => outcomes.map(wordsOf);

describe('whom a plan takes on', () => {
  const dev = vm({ id: '1' });
  const prod = vm({ id: '2', tags: { env: 'prod' } });
  const faulty = vm({ id: '3', tags: {}, faults: ['[env]: has no value'] });

  it('is every VM that the selector surely matches, from the instant of the plan on', () => {
    const made = plan({}, fleet(dev, prod));
    expect(made.pursuits).toMatchObject([{ vm: dev, action: 'shutdown', phase: 'due', begunAt: now }]);
    expect(made).toMatchObject({ outcomes: [], matched: true });
  });

  it('tells of a VM that could match, and does not count it as a match', () => {
    const made = plan({}, fleet(prod, faulty));
    const reason = 'it is left alone until this is put right: [env]: has no value';
    expect(words(made)).toEqual([['3', 'skipped', 'fault', reason]]);
    expect(made).toMatchObject({ pursuits: [], matched: false });
  });

  it('is all of the named ones when there is no selector, once each and in the order named', () => {
    const made = plan({ select: null, ids: ['2', '1', 'main/2'] }, fleet(dev, prod, vm({ id: '9' })));
    expect(pursued(made)).toEqual(['2', '1']);
    expect(made.matched).toBe(true);
  });

  it('is who is named and selected, when there are both', () => {
    expect(pursued(plan({ ids: ['1', '2'] }, fleet(dev, prod, vm({ id: '9' }))))).toEqual(['1']);
  });

  it.each(powers.filter((power) => power !== 'on'))('leaves a reboot of a VM that is %s out of it', (power) => {
    const made = plan({ action: 'reboot' }, fleet(vm({ power })));
    expect(made.pursuits).toEqual([]);
    expect(made.outcomes).toMatchObject([{ vm: '8', action: 'reboot', result: 'skipped', code: 'power', power }]);
  });
});

describe('an id', () => {
  const twice = fleet(vm({ id: '7', account: 'acme' }), vm({ id: '7', account: 'zeta' }));
  const byId = (id: string, inventory: Inventory) => plan({ select: null, ids: [id] }, inventory);

  it('that two accounts have is refused with both names, and taken with one of them', () => {
    expect(() => byId('7', twice)).toThrowError(
      expect.objectContaining({
        code: 'request',
        message: 'id 7 stands in several accounts: say acme/7 or zeta/7',
      }),
    );
    expect(byId('zeta/7', twice).pursuits).toMatchObject([{ vm: { account: 'zeta' } }]);
  });

  it.each([
    ['9', '9', ''],
    ['acme/9', '9', 'acme'],
    ['/7', '7', ''],
    ['acme/7/8', '7/8', 'acme'],
  ])('%s that no project has is refused', (text, id, account) => {
    const made = byId(text, twice);
    expect(made.outcomes).toEqual([
      {
        vm: id,
        name: '',
        account,
        project: '',
        action: null,
        result: 'refused',
        code: 'not-listed',
        reason: 'no project of this run has a VM with this id: check the id',
        power: 'other',
        attempts: 0,
        durationMs: 0,
      },
    ]);
    expect(made).toMatchObject({ pursuits: [], matched: false });
  });

  it('that a project without a list may have is unknown', () => {
    const unlisted = [{ account: 'acme', project: 'a', reason: 'HTTP 500' }];
    const reason = 'not found, and 1 project(s) could not be listed: try again when they can';
    expect(words(byId('9', { vms: [], unlisted }))).toEqual([['9', 'unknown', 'not-listed', reason]]);
  });

  it('that is in no list comes after those that are, and takes nothing from them', () => {
    const made = plan({ select: null, ids: ['99', '1', '2'] }, fleet(vm({ id: '1', power: 'off' }), vm({ id: '2' })));
    expect(made.outcomes.map((outcome) => outcome.vm)).toEqual(['1', '99']);
    expect(pursued(made)).toEqual(['2']);
  });
});

describe('a plan that is too much', () => {
  const tight = { maxVms: 3, maxShare: 1 };

  it('refuses everybody it would have sent to, and keeps what was left alone anyway', () => {
    const made = plan({}, fleet(...many(4).vms, vm({ id: 'x', power: 'off' })), tight);
    expect(made.pursuits).toEqual([]);
    expect(made.outcomes.map(({ result, code }) => [result, code])).toEqual([
      ['unchanged', 'already'],
      ...Array.from({ length: 4 }, () => ['refused', 'guard']),
    ]);
    expect(made.outcomes[1]?.reason).toMatch(/^shutdown would reach 4 VMs, and guard.maxVms is 3: /);
    expect(made.outcomes[1]?.action).toBe('shutdown');
  });

  it('is none when the request overrides the guard', () => {
    expect(plan({ overrideGuard: true }, many(4), tight).pursuits).toHaveLength(4);
  });

  it('counts whom it would send to, now or later, and not whom it would only look at', () => {
    expect(plan({}, many(4, 'stopping'), tight).pursuits).toHaveLength(4);
    expect(plan({}, many(4, 'starting'), tight).outcomes).toHaveLength(4);
    const mixed = fleet(...many(3).vms, vm({ id: 'x', power: 'stopping' }));
    expect(plan({}, mixed, tight).pursuits).toHaveLength(4);
  });

  it('is measured against all that was listed, not against what was selected', () => {
    const half = { maxVms: 500, maxShare: 0.5 };
    const strangers = Array.from({ length: 5 }, (_, id) => vm({ id: `p${id}`, tags: { env: 'prod' } }));
    expect(plan({}, fleet(...many(5).vms, ...strangers), half).pursuits).toHaveLength(5);
    expect(plan({}, fleet(...many(5).vms, ...strangers.slice(1)), half).pursuits).toEqual([]);
  });

  it('refuses for want of leave what may lose data, before it counts', () => {
    const made = plan({ action: 'power_off' }, many(4), tight);
    expect(new Set(made.outcomes.map(({ result, code }) => `${result} ${code}`))).toEqual(
      new Set(['refused data-loss']),
    );
    expect(plan({ action: 'power_off', allowDataLoss: true }, many(3), tight).pursuits).toHaveLength(3);
    expect(plan({ action: 'power_off', overrideGuard: true }, many(1), tight).pursuits).toEqual([]);
  });

  it('has nothing to refuse where nothing would be sent', () => {
    const made = plan({ action: 'power_off' }, many(4, 'off'), tight);
    expect(made.outcomes.map(({ result }) => result)).toEqual(Array.from({ length: 4 }, () => 'unchanged'));
    const settling = plan({ action: 'start' }, many(1, 'starting'), { maxVms: 0, maxShare: 0 });
    expect(settling.pursuits).toHaveLength(1);
  });
});

describe('a dry run', () => {
  it.each([
    ['shutdown', 'on', 'shutdown would be sent: it is on'],
    ['shutdown', 'starting', 'shutdown would be sent once it is on: it is starting'],
    ['shutdown', 'stopping', 'it would only be looked at: it is stopping already'],
    ['start', 'stopping', 'start would be sent once it is off: it is stopping'],
  ] as const)('of %s says to a VM that is %s: %s', (action, power, reason) => {
    const made = plan({ action, dryRun: true }, fleet(vm({ power })));
    expect(words(made)).toEqual([['8', 'planned', 'dry-run', reason]]);
    expect(made.outcomes[0]?.action).toBe(action);
    expect(made).toMatchObject({ pursuits: [], matched: true });
  });

  it.each([
    ['on', 'shutdown would be sent: it is late'],
    ['starting', 'shutdown would be sent once it is on: it is late'],
    ['stopping', 'it would only be looked at: it is stopping already'],
  ] as const)('of a wish that has a reason says it, of a VM that is %s: %s', (power, reason) => {
    const late = vm({ power });
    const other = vm({ id: '9' });
    const wishes: readonly Wish[] = [
      { vm: late, action: 'shutdown', why: 'it is late' },
      { vm: other, action: 'shutdown' },
    ];
    const made = planWishes(wishes, { ...shutdown, dryRun: true }, fleet(late, other), policy, now);
    expect(made.outcomes.map(wordsOf)).toEqual([
      ['8', 'planned', 'dry-run', reason],
      ['9', 'planned', 'dry-run', 'shutdown would be sent: it is on'],
    ]);
  });

  it('does not hide that the run would be refused', () => {
    const made = plan({ dryRun: true }, many(4), { maxVms: 3, maxShare: 1 });
    expect(new Set(made.outcomes.map(({ code }) => code))).toEqual(new Set(['guard']));
  });
});
