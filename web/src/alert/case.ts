import type { Alert } from '../api/types';

/** Changes whenever an alert of the case does: what is known of the case must be asked for again. */
export function caseStamp(caseId: string, alerts: readonly Alert[]): string {
  return alerts
    .filter((alert) => alert.case === caseId)
    .map(({ id, last_seen_at, closed_at, findings }) => [id, last_seen_at, closed_at, findings.length].join())
    .join(';');
}
