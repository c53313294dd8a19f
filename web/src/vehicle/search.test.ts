import { describe, expect, it } from 'vitest';
import { ANYTHING, isPlatePattern, queryOf, queryOfSearch, searchOf, withOffset } from './search';

describe('a search', () => {
  it('asks for no more than was said', () => {
    expect(queryOf(ANYTHING, 420, null, 30).toString()).toBe('limit=30');
  });

  it('asks for all that was said', () => {
    const query = queryOf(
      {
        plate: ' 12A-1?3.45 ',
        camera: 'kho',
        class: 'truck',
        verdict: 'absent',
        timeOfDay: 'night',
        from: '2026-02-17',
        to: '2026-02-28',
      },
      420,
      '12.ab',
      30,
    );
    expect(Object.fromEntries(query)).toEqual({
      limit: '30',
      plate: '12A-1?3.45',
      camera: 'kho',
      class: 'truck',
      verdict: 'absent',
      night: 'true',
      from: '2026-02-17T00:00:00+07:00',
      to: '2026-03-01T00:00:00+07:00',
      cursor: '12.ab',
    });
    expect(query.toString()).toContain('from=2026-02-17T00%3A00%3A00%2B07%3A00');
    const hours = queryOf({ ...ANYTHING, from: '2026-02-17T22:30', to: '2026-02-18T03:00' }, 420, null, 1);
    expect(hours.get('from')).toBe('2026-02-17T22:30:00+07:00');
    expect(hours.get('to')).toBe('2026-02-18T03:00:00+07:00');
    expect(queryOf({ ...ANYTHING, timeOfDay: 'day' }, 420, null, 1).get('night')).toBe('false');
  });

  it('means the office’s wall clock', () => {
    expect(withOffset('2026-02-17T01:30:00', -210)).toBe('2026-02-17T01:30:00-03:30');
    expect(withOffset('2026-02-17T01:30:00', 0)).toBe('2026-02-17T01:30:00+00:00');
  });

  it.each(['', '12A-1?3.45', '12 b1 *', '80-NG-123-01', '29MĐ-123.45'])('may be for %j', (text) => {
    expect(isPlatePattern(text)).toBe(true);
  });

  it.each(['12A_1', '12A%', "' or 1", '[0-9]'])('is not for %j', (text) => {
    expect(isPlatePattern(text)).toBe(false);
  });

  it('comes back from the address that it was written to', () => {
    const search = {
      ...ANYTHING,
      plate: '12A-1?3*',
      class: 'car',
      timeOfDay: 'night',
      from: '2026-02-17',
    } as const;
    expect(searchOf(new URLSearchParams(queryOfSearch(search).toString()))).toEqual(search);
    expect(queryOfSearch(ANYTHING).toString()).toBe('');
  });

  it('takes from an address only what can be looked for', () => {
    const query = new URLSearchParams({
      class: 'spaceship',
      verdict: 'absent',
      from: 'tomorrow',
      to: '2026-13-40',
    });
    expect(searchOf(query)).toEqual({ ...ANYTHING, verdict: 'absent' });
  });
});
