import { describe, expect, it } from 'vitest';
import { lengthOf } from './length';

describe('the length of a password', () => {
  it.each([
    ['', 0, 'short'],
    ['a'.repeat(11), 11, 'short'],
    ['a'.repeat(12), 12, 'enough'],
    ['đêm nay ai gác', 14, 'enough'],
    ['a'.repeat(16), 16, 'good'],
    ['a'.repeat(90), 16, 'good'],
    // Two code units each.
    ['🌙'.repeat(12), 12, 'enough'],
  ])('%j', (password, value, verdict) => {
    expect(lengthOf(password)).toEqual({ value, verdict });
  });
});
