import { describe, expect, it } from 'vitest';
import type { ArmingDay } from '../../api/types';
import { barsOf, emptyBefore, monthAfter, timeOf } from './month';
import { endsOf, spanOf } from './parts';

describe('a month', () => {
  it('follows another over the year', () => {
    expect(monthAfter('2026-12', 1)).toBe('2027-01');
    expect(monthAfter('2027-01', -1)).toBe('2026-12');
    expect(monthAfter('2026-02', 1)).toBe('2026-03');
  });

  it('begins below its weekday', () => {
    expect(emptyBefore('2026-02-01')).toBe(6);
    expect(emptyBefore('2026-06-01')).toBe(0);
  });

  it('shows of each day what is armed', () => {
    const reason = { vi: 'ban đêm', en: 'night' };
    const stretch = (from: string, to: string, armed: boolean, peak = false) => ({
      from: `2026-02-17T${from}:00.000+07:00`,
      to: `2026-02-${to === '00:00' ? 18 : 17}T${to}:00.000+07:00`,
      armed,
      peak,
      reason,
    });
    const stretches = [stretch('00:00', '06:00', true, true), stretch('06:00', '18:00', false), stretch('18:00', '00:00', true)]; // prettier-ignore
    const day: ArmingDay = { date: '2026-02-17', lunar: null, special: null, worked: false, stretches };
    expect(barsOf(day)).toEqual([
      { from: 0, to: 360, isPeak: true },
      { from: 1080, to: 1440, isPeak: false },
    ]);
    expect(timeOf(stretches[0]?.from ?? '')).toBe('00:00');
  });
});

describe('a span', () => {
  it('is two times of day', () => {
    expect(endsOf('18:00-06:00')).toEqual({ from: '18:00', to: '06:00' });
    expect(endsOf('none')).toEqual({ from: '', to: '' });
    expect(spanOf('18:00', '')).toBe('18:00-');
  });
});
