import { describe, expect, it } from 'vitest';
import { linesOf, ownPlan, stepsOf, withoutBlanks, withPlan } from './plans';

const PLANS = { office: ['Gọi'], zones: [{ camera: 'cong', zone: 'san', plan: ['Khóa'] }] };

describe('plans', () => {
  it('are a step a line, also while one is typed', () => {
    for (const text of ['', 'Gọi', 'Gọi\n', 'Gọi\n\nKhóa']) expect(linesOf(stepsOf(text))).toBe(text);
    expect(stepsOf('')).toEqual([]);
  });

  it('are a zone’s own or the office’s', () => {
    expect(ownPlan(PLANS, 'cong', 'san')).toEqual(['Khóa']);
    expect(ownPlan(PLANS, 'kho', 'san')).toBeNull();
    expect(withPlan(PLANS, 'cong', 'san', null).zones).toEqual([]);
    expect(ownPlan(withPlan(PLANS, 'kho', 'san', []), 'kho', 'san')).toEqual([]);
    expect(withPlan(PLANS, 'cong', 'san', ['Báo']).zones).toEqual([
      { camera: 'cong', zone: 'san', plan: ['Báo'] },
    ]);
  });

  it('are sent without empty lines', () => {
    expect(withoutBlanks({ office: [' Gọi ', '', ' '] })).toEqual({ office: ['Gọi'], zones: [] });
  });
});
