import { describe, expect, it } from 'vitest';
import {
  clockOf,
  dateOf,
  dateTimeOf,
  formatDuration,
  formatWeekday,
  millis,
  offsetMinutes,
  span,
  wallTime,
} from './time';

const AT = '2026-02-17T01:30:05.250+07:00';

describe('times are the office’s, whatever the browser’s zone', () => {
  it('reads the offset', () => {
    expect(offsetMinutes(AT)).toBe(420);
    expect(offsetMinutes('2026-02-17T01:30:05Z')).toBe(0);
    expect(offsetMinutes('2026-02-17T01:30:05-03:30')).toBe(-210);
    expect(offsetMinutes('yesterday')).toBeNull();
  });

  it('formats as is usual in Vietnam and in English', () => {
    expect(clockOf(AT)).toBe('01:30:05');
    expect(dateOf(AT, 'vi')).toBe('17/02/2026');
    expect(dateOf(AT, 'en')).toBe('17 Feb 2026');
    expect(dateTimeOf(AT, 'vi')).toBe('01:30:05 · 17/02/2026');
    expect(clockOf('nonsense')).toBe('nonsense');
  });

  it('names the first day of Tết 2026', () => {
    const wall = wallTime(millis(AT), 420);
    expect(formatWeekday(wall, 'vi')).toBe('Thứ ba');
    expect(formatWeekday(wall, 'en')).toBe('Tuesday');
  });

  it('crosses midnight with the offset, not with UTC', () => {
    expect(dateOf('2026-02-16T23:59:59+07:00', 'vi')).toBe('16/02/2026');
    expect(wallTime(Date.parse('2026-02-16T17:00:00Z'), 420)).toMatchObject({ day: 17, hour: 0 });
  });
});

describe('lengths', () => {
  it.each([
    [-5000, { unit: 'now' }],
    [Number.NaN, { unit: 'now' }],
    [999, { unit: 'now' }],
    [1000, { unit: 'second', n: 1 }],
    [59_999, { unit: 'second', n: 59 }],
    [60_000, { unit: 'minute', n: 1 }],
    [3_599_999, { unit: 'minute', n: 59 }],
    [3_600_000, { unit: 'hour', n: 1 }],
    [86_400_000, { unit: 'day', n: 1 }],
  ])('%d ms ago', (ms, expected) => expect(span(ms)).toEqual(expected));

  it.each([
    [0, '0:00'],
    [7400, '0:07'],
    [750_000, '12:30'],
    [3_723_000, '1:02:03'],
    [-5, '0:00'],
  ])('%d ms long', (ms, expected) => expect(formatDuration(ms)).toBe(expected));
});
