// What one run of the week sees and sends, and what it must not have done by that: a shutdown after it saw the VM off, a second
// reboot, anything after a newer run took the VM over. Between the run and the unreliable cloud, so that it knows no more than it does.

import { type Action, wantedPower } from '../../lib/core/action.ts';
import type { ListedVm, VmId } from '../../lib/core/vm.ts';
import { powerOf } from '../../lib/core/vm.ts';
import type { Clock, Sent, VmCloud } from '../../lib/ports.ts';
import type { Leases } from '../../lib/stores.ts';

interface Sight {
  readonly askedAt: number;
  readonly shownAt: number;
  readonly power: string;
}

export interface Post {
  readonly run: string;
  readonly vm: string;
  readonly action: Action;
  readonly at: number;
  /** Null while it is under way. */
  sent: Sent | null;
  answeredAt: number;
}

/** Everything the week's runs have sent, and what they did wrong. */
export class Watch {
  readonly posts: Post[] = [];
  readonly wrongs: string[] = [];
  readonly #sights = new Map<string, Sight[]>();
  /** Of each VM, who took it, and when it had it. */
  readonly #takings = new Map<string, { readonly run: string; readonly at: number }[]>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The cloud as one turn of a run sees it. */
  over(cloud: VmCloud, run: string, turn: string): VmCloud {
    const seen = (vms: readonly ListedVm[], askedAt: number) => {
      for (const { id, state } of vms) {
        const sight = { askedAt, shownAt: this.#clock.now(), power: powerOf(state) };
        for (const key of [`${run} ${id}`, `${turn} ${id}`])
          this.#sights.set(key, [...(this.#sights.get(key) ?? []), sight]);
      }
    };
    return {
      account: cloud.account,
      calls: cloud.calls,
      list: async (project) => {
        const askedAt = this.#clock.now();
        const vms = await cloud.list(project);
        seen(vms, askedAt);
        return vms;
      },
      read: async (id) => {
        const askedAt = this.#clock.now();
        const vm = await cloud.read(id);
        if (vm !== 'gone') seen([vm], askedAt);
        return vm;
      },
      act: (id, action, limits) => {
        const taker = this.#taker(cloud.account, id, run);
        if (taker !== null) this.wrongs.push(`${run} sent ${action} to VM ${id}, which ${taker} had taken over`);
        return this.#act(id, action, run, turn, () => cloud.act(id, action, limits));
      },
    };
  }

  /** The leases, below what fails: who really has a VM is known here. */
  overLeases(leases: Leases): Leases {
    return {
      take: async (holder, keys, untilMs) => {
        const refused = await leases.take(holder, keys, untilMs);
        for (const key of keys.filter((each) => !refused.includes(each)))
          this.#takings.set(key, [...(this.#takings.get(key) ?? []), { run: holder.run, at: this.#clock.now() }]);
        return refused;
      },
      lost: (holder, keys) => leases.lost(holder, keys),
    };
  }

  /** Who has the VM, if others do than this run, since before this instant. */
  #taker(account: string, id: string, run: string): string | null {
    const last = this.#takings.get(`${account}/${id}`)?.at(-1);
    return last === undefined || last.run === run || last.at === this.#clock.now() ? null : last.run;
  }

  async #act(id: VmId, action: Action, run: string, turn: string, act: () => Promise<Sent>): Promise<Sent> {
    const now = this.#clock.now();
    // A look of an earlier turn may have been lost with it: what this turn saw, it knows.
    const knew = (this.#sights.get(`${turn} ${id}`) ?? []).find(
      ({ shownAt, power }) => shownAt < now && power === wantedPower[action],
    );
    if (knew) this.wrongs.push(`${run} sent ${action} to VM ${id} after it had seen it ${knew.power}`);
    const again = this.posts.find(
      (post) => post.run === run && post.vm === id && isRestart(action) && !wasPlainNo(post),
    );
    if (again) this.wrongs.push(`${run} sent another ${action} to VM ${id}`);
    const post: Post = { run, vm: id, action, at: now, sent: null, answeredAt: Number.POSITIVE_INFINITY };
    this.posts.push(post);
    try {
      post.sent = await act();
      post.answeredAt = this.#clock.now();
      if (post.sent.posts === 0) this.posts.splice(this.posts.indexOf(post), 1);
      return post.sent;
    } catch (error) {
      this.posts.splice(this.posts.indexOf(post), 1);
      throw error;
    }
  }

  /** Whether the run was shown the VM in that power by a look that it asked for after its last answer. */
  showed(run: string, vm: string, power: string | null): boolean {
    const own = this.posts.filter(
      (post) => post.run === run && post.vm === vm && post.answeredAt < Number.POSITIVE_INFINITY,
    );
    const after = Math.max(0, ...own.map(({ answeredAt }) => answeredAt));
    return (this.#sights.get(`${run} ${vm}`) ?? []).some((sight) => sight.askedAt >= after && sight.power === power);
  }
}

function isRestart(action: Action): boolean {
  return wantedPower[action] === null;
}

function wasPlainNo({ sent }: Post): boolean {
  return sent?.answer.kind === 'unsent' || (sent?.answer.kind === 'status' && [401, 429].includes(sent.answer.status));
}
