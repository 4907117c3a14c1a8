import { describe, expect, it } from 'vitest';
import { renderOutlook } from '../../../cli/render/outlook.ts';
import { noPaint } from '../../../cli/terminal.ts';
import { outlook } from '../../../lib/run/schedule/outlook.ts';
import { at, hourMs, keptOverride, noon, planScene } from '../../run/schedule/planning.ts';

const fromMs = at('23T00:00');

type Overriding = Parameters<typeof keptOverride>[0];

/** What is drawn of VMs that all have this schedule; overrides begin at noon, unless said otherwise. */
async function drawn(schedule: string, overriding: Overriding | readonly Overriding[], days = 1): Promise<string> {
  const vms = ['8', '9'].map((id) => ({ id, description: `[schedule="${schedule}"]` }));
  const { world } = planScene(vms);
  for (const [index, override] of [overriding].flat().entries())
    await world.state.putOverride(keptOverride({ id: `o${index}`, ...override }));
  const found = await outlook({ select: null, ids: null, fromMs, toMs: fromMs + days * 24 * hourMs }, world);
  return renderOutlook(found, { fromMs, days, defaultZone: 'UTC' }, { paint: noPaint });
}

const off = (cells: number) => '·'.repeat(cells);
const on = (cells: number) => '█'.repeat(cells);

describe('the days to come', () => {
  it('show an override between the moments of a schedule, and part the VM that has it from the others', async () => {
    const text = await drawn('08:00-; -19:00', { ends: { 'main/8': noon + 3 * hourMs } });
    expect(text).toMatch(/ {2}1 VM: vm-8 \(8\)$/m);
    expect(text).toContain(`Mon 2026-11-23  ${off(16)}▲${off(7)}${on(6)}${off(8)}▼${off(9)}\n`);
    expect(text).toContain('▲ start   ▼ stop   · nothing   █ kept on   ░ kept off\n');
    expect(text).toMatch(/ {2}1 VM: vm-9 \(9\)$/m);
    expect(text).toContain(`Mon 2026-11-23  ${off(16)}▲${off(21)}▼${off(9)}\n`);
    expect(text).toContain('▲ start   ▼ stop   · nothing\n');
  });

  it('part VMs for which overrides hide the same moments for another time', async () => {
    const text = await drawn('08:00-; -19:00', [
      { keep: 'off', ends: { 'main/8': noon + hourMs } },
      { keep: 'off', startMs: noon, ends: { 'main/9': noon + 2 * hourMs } },
    ]);
    expect(text).toContain(`${off(16)}▲${off(7)}░░${off(12)}▼${off(9)}\n`);
    expect(text).toContain(`${off(16)}▲${off(7)}░░░░${off(10)}▼${off(9)}\n`);
  });

  it('show an override of windows in their bars, and need no other sign', async () => {
    const text = await drawn('08:00-18:00', { ends: { 'main/8': noon + 8 * hourMs, 'main/9': noon + 8 * hourMs } });
    expect(text).toMatch(/ {2}2 VMs: vm-8 \(8\), vm-9 \(9\)$/m);
    expect(text).toContain(`Mon 2026-11-23  ${off(16)}${on(24)}${off(8)}\n`);
  });

  it('say in its title why a row is apart from others of its schedule', async () => {
    const text = await drawn('08:00-18:00', { ends: { 'main/8': noon + 8 * hourMs } });
    expect(text).toContain(
      '08:00-18:00 UTC, by override kept on from Mon 2026-11-23 12:00 +00:00 until Mon 2026-11-23 20:00 +00:00  1 VM: vm-8 (8)\n',
    );
    expect(text).toContain('08:00-18:00 UTC  1 VM: vm-9 (9)\n');
  });

  it.each([
    ['that holds already and ends later', -24, 20, 'kept on until Tue 2026-11-24 08:00 +00:00'],
    ['that never ends within sight', 20, 200, 'kept on from Mon 2026-11-23 20:00 +00:00 beyond these days'],
  ])('tell of an override %s', async (_name, from, until, said) => {
    const [startMs, endMs] = [fromMs + from * hourMs, noon + until * hourMs];
    const text = await drawn('08:00-18:00', { startMs, ends: { 'main/8': endMs } }, 2);
    expect(text).toContain(`08:00-18:00 UTC, by override ${said}  1 VM: vm-8 (8)\n`);
  });

  it('name three overrides and count the others', async () => {
    const nights = [0, 1, 2, 3, 4].map((night) => ({
      startMs: fromMs + (19 + night) * hourMs,
      ends: { 'main/8': fromMs + (19 + night) * hourMs + hourMs / 2 },
    }));
    const [, title = ''] = /UTC, by override (.*) {2}1 VM/.exec(await drawn('08:00-18:00', nights)) ?? [];
    expect(title.split('; ')).toHaveLength(4);
    expect(title).toMatch(/; 2 more$/);
  });

  it('say of VMs that different overrides make alike that they are under overrides', async () => {
    const ends = { 'main/8': noon + 20 * hourMs, 'main/9': noon + 21 * hourMs };
    const text = await drawn('08:00-18:00', { ends }, 2);
    expect(text).toContain('08:00-18:00 UTC, under overrides  2 VMs: vm-8 (8), vm-9 (9)\n');
  });

  it('draw VMs of windows together whatever hides behind the same bars', async () => {
    const text = await drawn('08:00-18:00', { ends: { 'main/8': noon + hourMs } });
    expect(text).toMatch(/^08:00-18:00 UTC {2}2 VMs: vm-8 \(8\), vm-9 \(9\)$/m);
  });
});
