import { describe, expect, it } from 'vitest';
import type { ScorePart } from '../api/types';
import { rankedParts, signed } from './parts';

const part = (name: string, log_odds: number): ScorePart => ({
  part: name,
  words: { vi: name, en: name },
  log_odds,
});

describe('the parts of a score', () => {
  it('are told by weight, and only those that weigh', () => {
    const parts = [part('prior', -1.5), part('person', 2.4), part('bag', 0), part('protected_room', 6)];
    expect(rankedParts(parts).map(({ part }) => part)).toEqual(['protected_room', 'person', 'prior']);
    expect(parts[0]?.part).toBe('prior');
  });

  it('are written as one writes numbers', () => {
    expect(signed(2.44, 'vi')).toBe('+2,4');
    expect(signed(-1.5, 'vi')).toBe('−1,5');
    expect(signed(0.7, 'en')).toBe('+0.7');
  });
});
