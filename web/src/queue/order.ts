import type { Alert, Severity } from '../api/types';
import { openedMs } from './queue';

export const RANK: Readonly<Record<Severity, number>> = { notice: 0, warning: 1, critical: 2 };

/** The queue as a guard works it off: first what nobody has settled, then the rest. */
export interface Ordered {
  waiting: readonly Alert[];
  /** Newest first. */
  settled: readonly Alert[];
}

/**
 * What waits comes by severity, whatever somebody other than `me` already looks after last of each; within that what goes on
 * before what is over, for there something can still be stopped, and then the newest first. `alerts` are newest first.
 */
export function inOrder(alerts: readonly Alert[], me: string | null): Ordered {
  const waiting: { alert: Alert; weight: number }[] = [];
  const settled: Alert[] = [];
  const weight = ({ severity, state, owner, open }: Alert): number =>
    4 * RANK[severity] + (state === 'new' || owner === me ? 2 : 0) + (open ? 1 : 0);
  for (const alert of alerts) {
    if (alert.state === 'resolved') settled.push(alert);
    else waiting.push({ alert, weight: weight(alert) });
  }
  waiting.sort((a, b) => b.weight - a.weight || openedMs(b.alert) - openedMs(a.alert));
  return { waiting: waiting.map(({ alert }) => alert), settled };
}

/** The neighbour of `id` in the list (`step` 1 is further down, -1 up); stays within its ends. */
export function neighbour(alerts: readonly Alert[], id: string | null, step: 1 | -1): string | null {
  const index = alerts.findIndex((alert) => alert.id === id);
  if (index < 0) return alerts[0]?.id ?? null;
  return alerts[Math.min(Math.max(index + step, 0), alerts.length - 1)]?.id ?? null;
}
