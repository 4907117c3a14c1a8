import { describe, expect, it } from 'vitest';
import { PowerError } from '../../../lib/core/errors.ts';
import { readTickEvent } from '../../../lib/run/schedule/tick-event.ts';

const now = Date.UTC(2026, 0, 5, 18);

describe("a tick's event", () => {
  it.each([
    ['2026-01-05T18:00:00Z', now],
    ['2026-01-05T19:00:00+01:00', now],
    ['2026-01-05T18:05:00Z', now + 300_000],
    ['2020-01-05T18:00:00Z', Date.UTC(2020, 0, 5, 18)],
  ])('is the instant of %s', (tick, at) => {
    expect(readTickEvent({ tick, more: 1 }, now)).toBe(at);
  });

  it.each([undefined, null, 'now', [], {}, { tick: 1 }, { tick: '2026-01-05T18:00:00' }, { tick: '<time>' }])(
    'is not %j',
    (event) => {
      const read = () => readTickEvent(event, now);
      expect(read).toThrow(PowerError);
      expect(read).toThrow(/"tick"/);
    },
  );

  it('does not come from the future', () => {
    const read = () => readTickEvent({ tick: '2026-01-05T18:05:00.001Z' }, now);
    expect(read).toThrow(PowerError);
    expect(read).toThrow(/future/);
  });
});
