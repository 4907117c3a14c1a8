// What an action does to a VM and what is answered, by the VM's behaviour and the quirks.
// Follows the reference of POST /v1/vms/{vm_id}/actions where it speaks, and the quirks where it is silent.

import type { Answer, PlainAnswer } from './answers.ts';
import type { KnownAction } from './behaviours.ts';
import type { Quirks } from './quirks.ts';
import type { SimulatedTime } from './simulated-time.ts';
import type { SimulatedVm } from './vm.ts';

/** What an action needs to know of the call that asked for it. */
export interface ActionCall {
  readonly quirks: Quirks;
  readonly time: SimulatedTime;
  /** Registers what happens when the client hangs up before it has its answer. */
  onHangUp(listener: () => void): void;
}

/** Lets the action happen, and resolves with the answer when its time has come. */
export async function perform(vm: SimulatedVm, action: KnownAction, call: ActionCall): Promise<Answer> {
  vm.received.push(action);
  const { door, doorTimes, success } = vm.behaviour;
  if (door !== null && vm.received.length <= doorTimes) {
    return typeof door === 'string' ? door : { status: vm.pick(door.statuses, 500), reason: 'not this one' };
  }
  const answer = await carryOut(vm, action, call);
  return success !== null && answer.status < 300 ? success : answer;
}

function carryOut(vm: SimulatedVm, action: KnownAction, call: ActionCall): Promise<PlainAnswer> | PlainAnswer {
  switch (action) {
    case 'start':
      return refusalOfStart(vm, call.quirks) ?? signal(vm, action, call);
    case 'shutdown':
      return refusalOfStop(vm, call.quirks) ?? signal(vm, action, call);
    case 'power_off':
      return vm.power === 'off' ? asQuirk(call.quirks.shutdownOnStopped, call.quirks) : powerOff(vm, call.quirks);
    case 'reboot':
    case 'reset':
      return vm.power === 'on' ? restart(vm, action, call) : { status: 409, reason: 'the VM is not running' };
  }
}

function refusalOfStart(vm: SimulatedVm, quirks: Quirks): PlainAnswer | null {
  if (vm.power === 'off') return null;
  return vm.power === 'other' ? { status: 409, reason: 'the VM is paused' } : asQuirk(quirks.startOnRunning, quirks);
}

function refusalOfStop(vm: SimulatedVm, quirks: Quirks): PlainAnswer | null {
  if (vm.power === 'off') return asQuirk(quirks.shutdownOnStopped, quirks);
  return vm.power === 'other' ? { status: 409, reason: 'the VM is paused' } : null;
}

/** A graceful action: the guest is asked, and the call is held until it has done it or the hold is over. */
async function signal(vm: SimulatedVm, action: 'start' | 'shutdown', call: ActionCall): Promise<PlainAnswer> {
  const wanted = action === 'start' ? 'running' : 'off';
  // A repeated signal joins what is under way already.
  if (vm.destination !== wanted && vm.heeds(action)) setOut(vm, wanted, call);
  if (vm.behaviour.answers === 'at-once') return success(call.quirks);
  const isDone = await vm.reaches(wanted, vm.draw(call.quirks.holdMs));
  return isDone ? success(call.quirks) : timeout(vm);
}

function setOut(vm: SimulatedVm, wanted: 'running' | 'off', call: ActionCall): void {
  const transition = wanted === 'running' ? 'starting' : 'stopping';
  const turnBack = vm.travel(wanted, vm.draw(vm.behaviour.effectMs), vm.behaviour.showsTransition ? transition : null);
  if (!call.quirks.continueAfterHangUp) call.onHangUp(turnBack);
}

function powerOff(vm: SimulatedVm, quirks: Quirks): PlainAnswer {
  if (vm.heeds('power_off')) vm.enter('off');
  return success(quirks);
}

/** `reset` is at once; `reboot` is a signal, held like the others. No state shows either. */
async function restart(vm: SimulatedVm, action: 'reboot' | 'reset', call: ActionCall): Promise<PlainAnswer> {
  const isHeeded = vm.heeds(action);
  if (action === 'reset' || vm.behaviour.answers === 'at-once') {
    if (isHeeded) vm.countEffect(action);
    return success(call.quirks);
  }
  const holdMs = vm.draw(call.quirks.holdMs);
  const effectMs = isHeeded ? vm.draw(vm.behaviour.effectMs) : Number.POSITIVE_INFINITY;
  if (isHeeded) call.time.after(effectMs, () => vm.countEffect(action));
  await new Promise<void>((resolve) => call.time.after(Math.min(holdMs, effectMs), resolve));
  return effectMs <= holdMs ? success(call.quirks) : timeout(vm);
}

function success(quirks: Quirks): PlainAnswer {
  return { status: quirks.successStatus };
}

function timeout(vm: SimulatedVm): PlainAnswer {
  return { status: vm.pick(vm.behaviour.timeoutStatuses, 500), reason: 'the request timed out' };
}

/** Where the VM already is what is asked for, a quirk says what is answered. */
function asQuirk(status: number, quirks: Quirks): PlainAnswer {
  return status < 300 ? success(quirks) : { status, reason: 'the VM is in the wrong state for this' };
}
