import type { Alert, Severity } from '../api/types';
import { millis } from '../time';
import { RANK } from './order';

/** Until somebody claims it, an alert rings again after so long. */
export const REPEAT_MS: Readonly<Record<Severity, number>> = {
  notice: 60_000,
  warning: 20_000,
  critical: 8_000,
};
/** What nobody claimed for so long has been escalated; in the morning a page must not shriek of the whole night. */
const RINGS_FOR_MS = 30 * 60_000;

/** What rings now: the alerts that nobody has claimed. */
export function ringing(alerts: readonly Alert[], nowMs: number): Alert[] {
  return alerts.filter(({ state, at }) => state === 'new' && nowMs - millis(at) < RINGS_FOR_MS);
}

const worst = (alerts: readonly Alert[]): Severity | null =>
  alerts.reduce<Severity | null>(
    (worst, { severity }) => (worst === null || RANK[severity] > RANK[worst] ? severity : worst),
    null,
  );

/** What was rung for, and when it was last as bad as the worst that waits. Times are milliseconds of one clock that never goes back. */
export interface Rung {
  atMs: number;
  /** How bad each alert was that rang then. */
  severities: ReadonlyMap<string, Severity>;
}

export const SILENCE: Rung = { atMs: -Infinity, severities: new Map() };

/**
 * Whether to ring now for these alerts, and how: at once for one that is new or became worse, else again after a while,
 * as bad as the worst of them.
 */
export function nextRing(rung: Rung, alerts: readonly Alert[], nowMs: number): Severity | null {
  const isNews = ({ id, severity }: Alert): boolean => {
    const before = rung.severities.get(id);
    return before === undefined || RANK[severity] > RANK[before];
  };
  const news = worst(alerts.filter(isNews));
  if (news !== null) return news;
  const again = worst(alerts);
  return again !== null && nowMs - rung.atMs >= REPEAT_MS[again] ? again : null;
}

/**
 * What was rung for after `severity` was rung at `nowMs`. A ring that is less bad than the worst that waits does not put
 * that one off: a stream of notices must not silence a critical alert.
 */
export function rungFor(before: Rung, alerts: readonly Alert[], severity: Severity, nowMs: number): Rung {
  const waits = worst(alerts);
  const isWorst = waits === null || RANK[severity] >= RANK[waits];
  return {
    atMs: isWorst ? nowMs : before.atMs,
    severities: new Map(alerts.map(({ id, severity: of }) => [id, of])),
  };
}
