import type { DailyReport } from '../api/types';
import { clockOf } from '../time';

/** What an alert turned out to be, in the order in which it is piled up. */
export const PARTS = ['true_alarms', 'false_alarms', 'unsettled'] as const;
export type Part = (typeof PARTS)[number];

export type Counts = Readonly<Record<Part, number>>;

export const total = (of: Counts): number => PARTS.reduce((sum, part) => sum + of[part], 0);

/** One stack of a bar: in units of alerts, from the bottom. */
export interface Stack {
  part: Part;
  from: number;
  to: number;
}

export interface Bar {
  /** `02:00`. */
  hour: string;
  total: number;
  stacks: readonly Stack[];
}

export function barsOf(hours: DailyReport['hours']): Bar[] {
  return hours.map((hour) => {
    let from = 0;
    const stacks = PARTS.map((part) => {
      const stack = { part, from, to: from + hour[part] };
      from = stack.to;
      return stack;
    });
    return { hour: clockOf(hour.from).slice(0, 5), total: from, stacks: stacks.filter((s) => s.to > s.from) };
  });
}

/** Round heights for the lines across, the greatest at or above the tallest bar. */
export function ticksOf(greatest: number): number[] {
  const steps = [1, 2, 5];
  let unit = 1;
  for (;;) {
    for (const step of steps) {
      if (step * unit * 4 >= greatest)
        return [1, 2, 3, 4]
          .map((n) => n * step * unit)
          .filter((n) => n - step * unit < Math.max(greatest, 1));
    }
    unit *= 10;
  }
}

/** Another day, by its date. */
export function otherDay(day: string, by: 1 | -1): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + by);
  return at.toISOString().slice(0, 10);
}
