import { describe, expect, it } from 'vitest';
import { renderExplanation } from '../../../cli/render/explanation.ts';
import { noPaint } from '../../../cli/terminal.ts';
import { explainVm } from '../../../lib/run/schedule/explain.ts';
import { noon, planScene } from '../../run/schedule/planning.ts';

async function shown(tags: string): Promise<string> {
  const { world } = planScene([{ id: '8', description: `[${tags}]` }]);
  return renderExplanation(await explainVm('8', noon, world), noon, 'UTC', { paint: noPaint });
}

describe('the schedule of an explained VM', () => {
  it('is not said to be unreadable when only its keep tags are at fault', async () => {
    const text = await shown('schedule=office keep-on-until=2026-11-23T22:00 keep-off-until=2026-11-23T22:00');
    expect(text).toMatch(/^ {2}! it has both keep-on-until and keep-off-until; keep one of them$/m);
    expect(text).toMatch(/^ {2}schedule {3}office .*\(the tag schedule=office, from the description\)$/m);
    expect(text).not.toContain('cannot be read');
  });

  it('is said to be unreadable when it is', async () => {
    expect(await shown('schedule=ofice')).toMatch(
      /^ {2}schedule {3}cannot be read \(the tag schedule=ofice, from the description\)$/m,
    );
  });
});
