import { describe, expect, it } from 'vitest';
import { monthAfter, monthOf, weeksOf } from './month';

describe('months', () => {
  it('have weeks that begin on Monday', () => {
    const weeks = weeksOf('2026-02');
    expect(weeks).toHaveLength(5);
    expect(weeks[0]).toEqual([null, null, null, null, null, null, '2026-02-01']);
    expect(weeks[4]).toEqual([
      '2026-02-23',
      '2026-02-24',
      '2026-02-25',
      '2026-02-26',
      '2026-02-27',
      '2026-02-28',
      null,
    ]);
    expect(weeksOf('2024-02').flat().filter(Boolean)).toHaveLength(29);
  });

  it('follow each other over the years', () => {
    expect([monthAfter('2026-12', 1), monthAfter('2026-01', -1), monthOf('2026-02-17')]).toEqual([
      '2027-01',
      '2025-12',
      '2026-02',
    ]);
  });
});
