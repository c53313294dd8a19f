import type { ArmingDay } from '../../api/types';

/** `2026-12` and one is `2027-01`. */
export function monthAfter(month: string, by: 1 | -1): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const months = year * 12 + number - 1 + by;
  return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}`;
}

/** How many days of the week, which begins on Monday, are before a day. */
export const emptyBefore = (date: string): number => (new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % 7;

/** The office's own time, as it is written: `18:00`; midnight at an end is `24:00`. */
export function timeOf(at: string, isEnd = false): string {
  const time = at.slice(11, 16);
  return isEnd && time === '00:00' ? '24:00' : time;
}

export interface Bar {
  /** Minutes since midnight. */
  from: number;
  to: number;
  isPeak: boolean;
}

/** What of a day is armed. */
export function barsOf({ stretches }: ArmingDay): Bar[] {
  const minutes = (time: string): number => {
    const [hours = 0, rest = 0] = time.split(':').map(Number);
    return hours * 60 + rest;
  };
  return stretches
    .filter(({ armed }) => armed)
    .map(({ from, to, peak }) => ({
      from: minutes(timeOf(from)),
      to: minutes(timeOf(to, true)),
      isPeak: peak,
    }));
}
