import { describe, expect, it } from 'vitest';
import { ANYTHING, isText, queryOf, queryOfSearch, searchOf, type Search } from './search';

const EVERYTHING: Search = {
  from: '2026-02-17T01:00',
  to: '2026-02-17T03:00',
  camera: 'kho',
  kind: 'plate_absent',
  severity: 'critical',
  state: 'resolved',
  verdict: 'true_alarm',
  owner: 'lan',
  plate: '12A-1?3*',
  text: 'nhện đèn',
  attributes: ['mask', 'bag'],
};

describe('a search', () => {
  it.each([ANYTHING, EVERYTHING])('is read from an address as it was written there', (search) => {
    expect(searchOf(new URLSearchParams(queryOfSearch(search).toString()))).toEqual(search);
  });

  it('is asked for in the words of the appliance', () => {
    expect(Object.fromEntries(queryOf(EVERYTHING, 420, 'x', 30))).toEqual({
      limit: '30',
      from: '2026-02-17T01:00:00+07:00',
      to: '2026-02-17T03:00:59.999+07:00',
      camera: 'kho',
      kind: 'plate_absent',
      severity: 'critical',
      state: 'resolved',
      verdict: 'true_alarm',
      owner: 'lan',
      plate: '12A-1?3*',
      text: 'nhện đèn',
      attribute: 'mask,bag',
      cursor: 'x',
    });
    expect(queryOf(ANYTHING, 420, null, 30).toString()).toBe('limit=30');
  });

  it('leaves out of an address what it does not understand', () => {
    const search = searchOf(
      new URLSearchParams('from=today&to=2026-99-99T00:00&kind=ghost&plate=%27&attributes=shoes,hat'),
    );
    expect(search).toEqual({ ...ANYTHING, attributes: ['hat'] });
  });

  it('has as many words as the appliance looks for', () => {
    expect([isText('a b c d e f g h'), isText('a b c d e f g h i')]).toEqual([true, false]);
  });
});
