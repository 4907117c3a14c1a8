// A bare client for the simulator's own tests: real sockets, no cleverness.
// Each simulator is closed when its test is over, however it ends.

import { onTestFinished } from 'vitest';
import { defaultToken, type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/simulator.ts';

export interface ToldVm {
  readonly id: number | string;
  readonly name: string;
  readonly state?: string;
  readonly [field: string]: unknown;
}

/** A thousand simulated seconds a second, unless told otherwise. */
export async function simulate(options: SimulatorOptions): Promise<Simulator> {
  const simulator = await startSimulator({ speed: 1_000, ...options });
  onTestFinished(() => simulator.close());
  return simulator;
}

export function call(
  simulator: Simulator,
  path: string,
  init: RequestInit = {},
  token = defaultToken,
): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, ...init.headers };
  return fetch(`${simulator.url}${path}`, { redirect: 'manual', ...init, headers });
}

export function act(simulator: Simulator, id: string, type: string, init: RequestInit = {}): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...init.headers };
  return call(simulator, `/v1/vms/${id}/actions`, { method: 'POST', body: JSON.stringify({ type }), ...init, headers });
}

export async function json(response: Response): Promise<{ [field: string]: unknown; vms: readonly ToldVm[] }> {
  return JSON.parse(await response.text());
}

export async function list(simulator: Simulator, project = 'default'): Promise<readonly ToldVm[]> {
  return (await json(await call(simulator, `/v1/vms?project_id=${project}`))).vms;
}

/** The status, or `cut` when the connection died first, or `nothing` when no answer came for a while. */
export async function statusOf(answer: Promise<Response>): Promise<number | 'cut'> {
  try {
    const response = await answer;
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    if (error instanceof TypeError) return 'cut';
    throw error;
  }
}
