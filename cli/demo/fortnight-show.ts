// The second act: shows the fortnight as it went, day by day and event by event, and whether all of it came true.
// What is drawn is the power that the VMs really had, not what their schedules wanted.

import { dayMs } from '../../lib/core/schedule/civil.ts';
import { outlook } from '../../lib/run/schedule/outlook.ts';
import { legendOf, renderDays } from '../render/day-bars.ts';
import { sayLocal } from '../render/local-time.ts';
import type { Out } from '../terminal.ts';
import { instant, type Played, playFortnight, tickMs } from './fortnight.ts';
import { events, fleet, zone } from './fortnight-script.ts';
import { eventFaults, sampleAll } from './fortnight-truth.ts';

type Screen = Pick<Out, 'paint' | 'write'>;

/** Plays and shows it; whether everything came true. */
export async function showFortnight(screen: Screen, stop: AbortSignal): Promise<boolean> {
  const played = await playFortnight(stop);
  if (stop.aborted) return false;
  say(screen, sayHow(played));
  for (const vm of fleet) showVm(vm, played, screen);
  say(screen, screen.paint('dim', `drawn is the power they had: ${legendOf('levels')}`));
  const eventsAreTrue = events.map((_, index) => showEvent(index, played, screen)).every(Boolean);
  const { fromMs, toMs, world } = played;
  const { vms } = await outlook({ select: null, ids: null, fromMs, toMs }, world);
  const { samples, strays } = sampleAll(vms, played);
  const verdict = strays.length === 0 ? screen.paint('green', '✓') : screen.paint('red', '✗');
  say(
    screen,
    `${verdict} Outside these events, every VM was what its schedule wanted: ${samples} quarters of an hour looked at, ${strays.length} strays.`,
  );
  for (const stray of strays.slice(0, 5)) say(screen, `  ${screen.paint('red', stray)}`);
  return eventsAreTrue && strays.length === 0;
}

function sayHow({ ticks, missed, runs, cloud, world }: Played): string {
  const names = world.schedules.names.join(', ');
  const every = `${tickMs / 60_000} minutes`;
  return `${ticks} ticks, one every ${every} (${missed} more never came), launched ${runs} runs: ${cloud.calls.actions} actions were sent. Configured: ${names}.`;
}

function showVm({ id, name, description, isOn }: (typeof fleet)[number], played: Played, screen: Screen): void {
  const { fromMs, toMs, cloud } = played;
  const drawn = {
    zone,
    fromMs,
    wantedAtFrom: isOn ? ('on' as const) : ('off' as const),
    transitions: cloud.historyOf(id, fromMs, toMs),
    kind: 'levels' as const,
  };
  const actions = cloud.actionsOf(id).length;
  say(screen, `\n${screen.paint('bold', name)}  ${description || 'no schedule'}  (${actions} actions reached it)`);
  // A VM that nothing ever happens to takes no fourteen lines to show.
  const isStill = drawn.transitions.length === 0;
  const lines = isStill
    ? [`  ${isOn ? 'on' : 'off'} all the time`]
    : renderDays(drawn, Math.round((toMs - fromMs) / dayMs), screen.paint);
  for (const line of lines) say(screen, line);
}

function showEvent(index: number, played: Played, screen: Screen): boolean {
  const { paint } = screen;
  const event = events[index];
  if (event === undefined) return false;
  const faults = eventFaults(event, played);
  const name = fleet.find(({ id }) => id === event.vm)?.name ?? event.vm;
  const asked = played.explanations.get(event)?.decision;
  say(
    screen,
    `${index === 0 ? '\n' : ''}${paint(faults.length === 0 ? 'green' : 'red', faults.length === 0 ? '✓' : '✗')} ${event.title}`,
  );
  say(
    screen,
    paint(
      'dim',
      `  ${sayLocal(zone, instant(event.askedAt))}, ${name}: ${asked?.action ?? 'nothing is done'}, for ${asked?.reason ?? 'nobody asked'}`,
    ),
  );
  for (const fault of faults) say(screen, `  ${paint('red', fault)}`);
  return faults.length === 0;
}

function say({ write }: Screen, line: string): void {
  write(`${line}\n`);
}
