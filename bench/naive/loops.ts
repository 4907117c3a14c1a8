// The two loops that people write first, and what each of them would print when it is through.
// As they are written: with `fetch`, no look at the VM afterwards, and every answer that is no success taken for a failure.

import type { Said } from './judge.ts';

/** Where to send, and to whom. */
export interface Target {
  readonly apiUrl: string;
  readonly token: string;
  readonly ids: readonly string[];
}

/** One VM after the other. */
export async function oneByOne(target: Target): Promise<Said> {
  const said: { stopped: string[]; failed: string[] } = { stopped: [], failed: [] };
  for (const id of target.ids) {
    if (await post(target, id)) said.stopped.push(id);
    else said.failed.push(id);
  }
  return said;
}

/** All at once, each tried up to four times. */
export async function allAtOnce(target: Target): Promise<Said> {
  const done = await Promise.all(
    target.ids.map(async (id) => ({ id, isOk: await withRetries(() => post(target, id)) })),
  );
  const idsOf = (wanted: boolean) => done.filter(({ isOk }) => isOk === wanted).map(({ id }) => id);
  return { stopped: idsOf(true), failed: idsOf(false) };
}

const retries = 3;

async function withRetries(attempt: () => Promise<boolean>): Promise<boolean> {
  for (let nth = 0; nth <= retries; nth += 1) if (await attempt()) return true;
  return false;
}

async function post({ apiUrl, token }: Target, id: string): Promise<boolean> {
  try {
    const response = await fetch(`${apiUrl}/v1/vms/${id}/actions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'shutdown' }),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // A cut connection is a failure like any other, to whoever writes this loop.
    return false;
  }
}
