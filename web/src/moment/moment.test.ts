import { describe, expect, it } from 'vitest';
import { format, isWithin, parse, type Kind } from './moment';

describe('a day that was typed', () => {
  it.each<[string, Kind, string | null]>([
    ['', 'day', ''],
    ['  ', 'minute', ''],
    ['17/02/2026', 'day', '2026-02-17'],
    ['1/2/2026', 'day', '2026-02-01'],
    ['1.2.2026', 'either', '2026-02-01'],
    ['01-02-2026', 'day', '2026-02-01'],
    ['2026-02-17', 'day', '2026-02-17'],
    ['29/02/2028', 'day', '2028-02-29'],
    ['29/02/2026', 'day', null],
    ['31/04/2026', 'day', null],
    ['02/17/2026', 'day', null],
    ['17/02/26', 'day', null],
    ['17/02', 'day', null],
    ['mai', 'day', null],
    ['17/02/2026 01:30', 'minute', '2026-02-17T01:30'],
    ['17/02/2026 1h30', 'minute', '2026-02-17T01:30'],
    ['01:30 17/02/2026', 'either', '2026-02-17T01:30'],
    ['17/02/2026', 'minute', null],
    ['17/02/2026 24:00', 'minute', null],
    ['17/02/2026 01:60', 'minute', null],
    ['17/02/2026 01:30', 'day', null],
    ['17/02/2026 18/02/2026', 'either', null],
    ['17/02/2026 01:30 02:30', 'either', null],
    ['01:30', 'either', null],
  ])('%s as %s is %s', (typed, kind, expected) => {
    expect(parse(typed, kind)).toBe(expected);
  });

  it('is shown as it is typed', () => {
    for (const value of ['2026-02-17', '2026-02-17T01:30', '']) {
      expect(parse(format(value), 'either')).toBe(value);
    }
    expect(format('2026-02-17T01:30:00')).toBe('17/02/2026 01:30');
    expect(format('what is that')).toBe('what is that');
  });

  it('lies within what may be asked for', () => {
    expect(isWithin('2026-02-17', '2026-02-17', '2026-02-17')).toBe(true);
    expect(isWithin('2026-02-17T23:59', undefined, '2026-02-17')).toBe(true);
    expect(isWithin('2026-02-18', undefined, '2026-02-17')).toBe(false);
    expect(isWithin('2026-02-16', '2026-02-17', undefined)).toBe(false);
    expect(isWithin('', '2026-02-17', undefined)).toBe(true);
  });
});
