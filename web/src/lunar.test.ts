import { expect, it } from 'vitest';
import { lunarMark, lunarWords } from './lunar';

const of = (day: number, month: number, leap = false) => ({ day, month, leap });

it('a lunar day is written as on the wall', () => {
  expect(lunarWords(of(15, 8))).toBe('15/8');
  expect(lunarWords(of(1, 6, true))).toBe('1/6n');
});

it('the month stands where it begins, and on the first day of the page', () => {
  expect(lunarMark(of(15, 8), '2026-09-25')).toBe('15');
  expect(lunarMark(of(1, 1), '2026-02-17')).toBe('1/1');
  expect(lunarMark(of(14, 12), '2026-02-01')).toBe('14/12');
});
