import { describe, expect, it } from 'vitest';
import { barsOf, otherDay, ticksOf } from './chart';

describe('the chart of hours', () => {
  it('piles up what alerts were, and leaves out what was not', () => {
    const from = '2026-02-17T01:00:00.000+07:00';
    const [bar] = barsOf([{ from, true_alarms: 1, false_alarms: 0, unsettled: 3 }]);
    expect(bar).toEqual({
      hour: '01:00',
      total: 4,
      stacks: [
        { part: 'true_alarms', from: 0, to: 1 },
        { part: 'unsettled', from: 1, to: 4 },
      ],
    });
  });

  it.each([
    [0, [1]],
    [1, [1]],
    [3, [1, 2, 3]],
    [4, [1, 2, 3, 4]],
    [5, [2, 4, 6]],
    [20, [5, 10, 15, 20]],
    [130, [50, 100, 150]],
  ])('of %i has lines at %o', (greatest, ticks) => expect(ticksOf(greatest)).toEqual(ticks));

  it('knows the days beside one', () => {
    expect(otherDay('2026-02-28', 1)).toBe('2026-03-01');
    expect(otherDay('2026-01-01', -1)).toBe('2025-12-31');
  });
});
