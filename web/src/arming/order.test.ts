import { expect, it } from 'vitest';
import { START_MS } from '../api/samples';
import { newDraft, wantedOf, wrongField, type Draft } from './order';

const OFFSET = 420;
const draft = (change: Partial<Draft> = {}): Draft => ({
  ...newDraft('disarm', START_MS, OFFSET),
  reason: 'Sửa điện',
  ...change,
});

it('is for the next four hours of everything', () => {
  expect(wantedOf(draft(), OFFSET)).toEqual({
    act: 'disarm',
    until: '2026-02-17T05:30:00+07:00',
    reason: 'Sửa điện',
  });
  expect(wantedOf(draft({ camera: 'kho', reason: ' x ' }), OFFSET)).toMatchObject({
    camera: 'kho',
    reason: 'x',
  });
});

it.each([
  [{}, null],
  [{ until: '2026-02-17T01:30' }, 'until'],
  [{ until: '' }, 'until'],
  [{ reason: '  ' }, 'reason'],
  [{ reason: 'x'.repeat(201) }, 'reason'],
] as const)('%j is wrong at %s', (change, field) => {
  expect(wrongField(draft(change), '2026-02-17T01:30')).toBe(field);
});
