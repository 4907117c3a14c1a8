import { beforeAll, describe, expect, it } from 'vitest';
import { instant, type Played, playFortnight } from '../../../cli/demo/fortnight.ts';
import { events, type ScriptedEvent } from '../../../cli/demo/fortnight-script.ts';
import { showFortnight } from '../../../cli/demo/fortnight-show.ts';
import { eventFaults, sampleAll, type Witnessed } from '../../../cli/demo/fortnight-truth.ts';
import { noPaint } from '../../../cli/terminal.ts';
import { outlook } from '../../../lib/run/schedule/outlook.ts';

const goOn = new AbortController().signal;
let played: Played;

beforeAll(async () => {
  played = await playFortnight(goOn);
}, 30_000);

function eventAbout(word: string): ScriptedEvent {
  const event = events.find(({ title }) => title.includes(word));
  if (event === undefined) throw new Error(`no event about ${word}`);
  return event;
}

describe('the fortnight', () => {
  it('holds every event that its script promises', () => {
    expect(events.map((event) => eventFaults(event, played))).toEqual(events.map(() => []));
    expect(events).toHaveLength(6);
  });

  it('has a tick every five minutes of real time, an hour less for the clock change, and an outage', () => {
    expect(played.ticks + played.missed).toBe((14 * 24 - 1) * 12);
    expect(played.missed).toBe(22);
  });

  it('never touches a VM without a schedule, and acts once per boundary on the others', () => {
    expect(played.cloud.actionsOf('4')).toEqual([]);
    expect(played.cloud.actionsOf('3')).toEqual(Array.from({ length: 14 }, () => ['start', 'shutdown']).flat());
  });

  it('finds a power that is not what the script says', () => {
    const event = eventAbout('A holiday');
    const wrong = { ...event, powers: [['2026-04-03T10:00', 'on']] as const };
    expect(eventFaults(wrong, { ...played, explanations: new Map([[wrong, reasonOf(event)]]) })).toEqual([
      'at 2026-04-03T10:00 it was not on',
    ]);
  });

  it('finds a reason that is not what the script says', () => {
    const wrong = { ...eventAbout('An override'), because: /holiday/ };
    const faults = eventFaults(wrong, {
      ...played,
      explanations: new Map([[wrong, reasonOf(eventAbout('An override'))]]),
    });
    expect(faults).toEqual([expect.stringMatching(/^the reason given was another: .*amina/)]);
  });

  it('finds a VM that strays outside the events', async () => {
    const { fromMs, toMs, world } = played;
    const { vms } = await outlook({ select: null, ids: null, fromMs, toMs }, world);
    const before = sampleAll(vms, played);
    expect(before.strays).toEqual([]);
    const cloud: Witnessed['cloud'] = {
      actionsOf: (id) => played.cloud.actionsOf(id),
      wasOn: (id, at) => at === instant('2026-03-24T03:10') || played.cloud.wasOn(id, at),
    };
    expect(sampleAll(vms, { ...played, cloud }).strays).toHaveLength(2);
    expect(sampleAll(vms, { ...played, cloud }).samples).toBe(before.samples);
  });
});

function reasonOf(event: ScriptedEvent) {
  const explanation = played.explanations.get(event);
  if (explanation === undefined) throw new Error(`nobody asked about ${event.title}`);
  return explanation;
}

describe('the second act', () => {
  it('draws each VM, says of each event what was done and why, and that all came true', async () => {
    let text = '';
    const write = (more: string) => {
      text += more;
    };
    expect(await showFortnight({ paint: noPaint, write }, goOn)).toBe(true);
    expect(text).toContain('Sun 2026-03-29  ····--·▐');
    expect(text).toMatch(/23 h: the clock changes/);
    expect(text.match(/^✓ /gm)).toHaveLength(7);
    expect(text).not.toContain('✗');
    expect(text).toContain('turned on by hand since 2026-03-24T17:00:00Z');
  }, 30_000);

  it('is not true when it was interrupted', async () => {
    expect(await showFortnight({ paint: noPaint, write: () => {} }, AbortSignal.abort())).toBe(false);
  });
});
