import { describe, expect, it } from 'vitest';
import {
  barPath, chunkOf, DAY_MS, dateKey, dayOf, dayStart, gaps, gathered, HOUR_MS, isWithin, MINUTE_MS, moved, nextBegin,
  ticks, windowAround, zoomed,
} from './line'; // prettier-ignore

const OFFSET = 420;
const at = (time: string): number => Date.parse(`2026-02-17T${time}+07:00`);
const DAY = { fromMs: at('00:00:00'), toMs: at('00:00:00') + DAY_MS };

describe('days', () => {
  it('are those of the office', () => {
    expect(dayOf(at('00:00:00'), OFFSET)).toEqual(DAY);
    expect(dayOf(at('23:59:59'), OFFSET)).toEqual(DAY);
    expect(dayOf(at('00:00:00') - 1, OFFSET).toMs).toBe(DAY.fromMs);
    expect(dateKey(at('00:30:00'), OFFSET)).toBe('2026-02-17');
    expect(dateKey(at('00:30:00'), 0)).toBe('2026-02-16');
    expect(dayStart('2026-02-17', OFFSET)).toBe(DAY.fromMs);
    expect(dayStart('tomorrow', OFFSET)).toBeNaN();
  });
});

describe('the window', () => {
  it('has the moment in its middle, and never leaves the day', () => {
    expect(windowAround(DAY, HOUR_MS, at('12:00:00'))).toEqual({
      fromMs: at('11:30:00'),
      toMs: at('12:30:00'),
    });
    expect(windowAround(DAY, HOUR_MS, at('00:10:00'))).toEqual({ fromMs: DAY.fromMs, toMs: at('01:00:00') });
    expect(windowAround(DAY, HOUR_MS, at('23:59:00')).toMs).toBe(DAY.toMs);
    expect(windowAround(DAY, 9 * DAY_MS, at('12:00:00'))).toEqual(DAY);
    const hour = windowAround(DAY, HOUR_MS, at('12:00:00'));
    expect(moved(hour, HOUR_MS, DAY)).toEqual({ fromMs: at('12:30:00'), toMs: at('13:30:00') });
    expect(moved(hour, -DAY_MS, DAY)).toEqual({ fromMs: DAY.fromMs, toMs: at('01:00:00') });
  });

  it('grows and shrinks step by step', () => {
    expect(zoomed(DAY_MS, 1)).toBe(6 * HOUR_MS);
    expect(zoomed(HOUR_MS, -1)).toBe(6 * HOUR_MS);
    expect(zoomed(DAY_MS, -1)).toBe(DAY_MS);
    expect(zoomed(10 * MINUTE_MS, 1)).toBe(10 * MINUTE_MS);
  });
});

describe('what there is', () => {
  const recorded = [
    { fromMs: at('01:00:00'), toMs: at('02:00:00') },
    { fromMs: at('03:00:00'), toMs: at('04:00:00') },
  ];

  it('is found, and where there is none the next', () => {
    expect(isWithin(at('01:00:00'), recorded)).toBe(true);
    expect(isWithin(at('02:00:00'), recorded)).toBe(false);
    expect(nextBegin(at('02:30:00'), recorded)).toBe(at('03:00:00'));
    expect(nextBegin(at('02:30:00'), recorded, [{ fromMs: at('02:40:00'), toMs: at('02:50:00') }])).toBe(
      at('02:40:00'),
    );
    expect(nextBegin(at('03:30:00'), recorded, [])).toBeNull();
  });

  it('leaves gaps, up to now', () => {
    const window = { fromMs: at('00:30:00'), toMs: at('06:00:00') };
    expect(gaps(recorded, window, at('05:00:00'))).toEqual([
      { fromMs: at('00:30:00'), toMs: at('01:00:00') },
      { fromMs: at('02:00:00'), toMs: at('03:00:00') },
      { fromMs: at('04:00:00'), toMs: at('05:00:00') },
    ]);
    expect(gaps(recorded, window, at('01:30:00'))).toEqual([
      { fromMs: at('00:30:00'), toMs: at('01:00:00') },
    ]);
    expect(gaps([], window, at('00:00:00'))).toEqual([]);
  });

  it('is one path, in which nothing is too narrow to be seen', () => {
    expect(barPath(recorded, DAY, 10)).toMatch(/^M41\.67 10V0\.00H83\.33V10ZM125\.00 10/);
    expect(barPath([{ fromMs: at('12:00:00'), toMs: at('12:00:01'), part: 0.5 }], DAY, 10)).toBe(
      'M500.00 10V5.00H501.00V10Z',
    );
    expect(barPath(recorded, { fromMs: at('05:00:00'), toMs: at('06:00:00') }, 10)).toBe('');
  });
});

describe('the scale', () => {
  it('has round times by the office’s clock', () => {
    const labels = (span: number, most: number) =>
      ticks(windowAround(DAY, span, at('12:00:00')), OFFSET, most).map(({ label }) => label);
    expect(labels(DAY_MS, 8)).toEqual([
      '00:00',
      '03:00',
      '06:00',
      '09:00',
      '12:00',
      '15:00',
      '18:00',
      '21:00',
      '00:00',
    ]);
    expect(labels(HOUR_MS, 6)).toEqual(['11:30', '11:40', '11:50', '12:00', '12:10', '12:20', '12:30']);
  });
});

describe('marks', () => {
  it('that lie close together are one, as grave as the gravest', () => {
    const mark = (id: string, time: string, severity: 'notice' | 'critical') => ({
      id,
      atMs: at(time),
      severity,
    });
    const found = gathered(
      [mark('a', '01:00:00', 'notice'), mark('b', '01:05:00', 'critical'), mark('c', '09:00:00', 'notice')],
      DAY,
      0.01,
    );
    expect(found.map(({ mark: { id }, count }) => [id, count])).toEqual([
      ['b', 2],
      ['c', 1],
    ]);
  });

  it('all who look at the same minute load the same clip', () => {
    expect(chunkOf(at('01:30:59'))).toBe(at('01:30:00'));
    expect(chunkOf(at('01:31:00'))).toBe(at('01:31:00'));
  });
});
