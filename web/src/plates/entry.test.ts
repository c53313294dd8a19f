import { describe, expect, it } from 'vitest';
import { draftOf, isField, newDraft, wantedOf, wrongField, type Draft } from './entry';

const draft = (change: Partial<Draft> = {}): Draft => ({
  kind: 'watched',
  pattern: '12A-1?3.45',
  note: 'Xe con màu đen',
  reason: 'Đi lại nhiều đêm',
  lastDay: '2026-03-01',
  ...change,
});
const wrong = (change: Partial<Draft>) => wrongField(draft(change), '2026-02-17');

describe('an entry', () => {
  it('lasts to the end of its last day, by the office’s clock', () => {
    expect(wantedOf(draft({ note: ' Xe con ' }), 420)).toEqual({
      kind: 'watched',
      pattern: '12A-1?3.45',
      note: 'Xe con',
      reason: 'Đi lại nhiều đêm',
      expires_at: '2026-03-01T23:59:59+07:00',
    });
  });

  it('never expires unless said', () => {
    expect(wantedOf(draft({ lastDay: '' }), 420).expires_at).toBeNull();
  });

  it('is changed from what it is', () => {
    const known = {
      ...wantedOf(draft(), 420),
      id: 'a',
      note: 'Xe con màu đen',
      reason: 'Đi lại nhiều đêm',
      expires_at: '2026-03-01T23:59:59.000+07:00',
      created_at: '2026-02-17T01:30:00.000+07:00',
      in_force: true,
    };
    expect(draftOf(known)).toEqual(draft());
    expect(draftOf({ ...known, expires_at: null }).lastDay).toBe('');
    expect(newDraft('12A-123.45')).toEqual(
      draft({ pattern: '12A-123.45', note: '', reason: '', lastDay: '' }),
    );
  });

  it('names what is wrong with it', () => {
    expect(wrong({})).toBeNull();
    expect(wrong({ pattern: ' ?* ' })).toBe('pattern');
    expect(wrong({ pattern: '12A_1' })).toBe('pattern');
    expect(wrong({ note: 'x'.repeat(201) })).toBe('note');
    expect(wrong({ reason: '  ' })).toBe('reason');
    expect(wrong({ kind: 'known', reason: '' })).toBe('reason');
    expect(wrong({ pattern: '12A*' })).toBe('pattern');
    expect(wrong({ pattern: '12A-1*' })).toBeNull();
    expect(wrong({ lastDay: '2026-02-16' })).toBe('expires_at');
    expect(wrong({ lastDay: '2026-02-17' })).toBeNull();
    expect(['pattern', 'kind', null].map(isField)).toEqual([true, false, false]);
  });
});
