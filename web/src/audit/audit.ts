import type { AuditEntry } from '../api/types';
import { withOffset } from '../vehicle/search';

export type Act = AuditEntry['what'];

/** What is asked for together. */
export const GROUPS = {
  access: ['signed_in', 'sign_in_failed', 'locked_out', 'signed_out', 'set_up'],
  looks: [
    'alert_viewed',
    'alert_picture_viewed',
    'alert_played',
    'alerts_searched',
    'case_viewed',
    'vehicle_viewed',
    'vehicles_searched',
    'recording_played',
    'live_viewed',
    'audit_read',
  ],
  takes: ['downloaded', 'exported'],
  alerts: [
    'alert_claimed',
    'alert_resolved',
    'alert_escalated',
    'alert_noted',
    'plan_ticked',
    'lesson_taken_back',
  ],
  arming: ['armed', 'disarmed', 'order_withdrawn'],
  changes: [
    'configuration_changed',
    'camera_tested',
    'plates_changed',
    'account_added',
    'account_changed',
    'account_removed',
    'password_changed',
    'second_factor_changed',
  ],
  kept: [
    'recording_kept',
    'recording_released',
    'recordings_removed',
    'recordings_deleted',
    'vehicles_forgotten',
    'alert_pictures_removed',
    'alerts_forgotten',
  ],
  office: ['shift_noted', 'duty_changed', 'backed_up', 'restored', 'storage_repaired', 'started', 'stopped'],
} as const satisfies Record<string, readonly Act[]>;
export type Group = keyof typeof GROUPS;
export const GROUP_NAMES = Object.keys(GROUPS) as Group[];

export interface Filter {
  /** As `datetime-local` has them, by the office's clock; empty for any time. */
  from: string;
  to: string;
  who: string;
  group: Group | '';
  camera: string;
}

export const ALL: Filter = { from: '', to: '', who: '', group: '', camera: '' };

/** The query of `GET /audit`. */
export function queryOf(filter: Filter, offset: number, cursor: string | null): URLSearchParams {
  const query = new URLSearchParams();
  const set = (key: string, value: string | null) => {
    if (value) query.set(key, value);
  };
  set('from', filter.from && withOffset(`${filter.from}:00`, offset));
  set('to', filter.to && withOffset(`${filter.to}:59.999`, offset));
  set('who', filter.who.trim());
  set('what', filter.group && GROUPS[filter.group].join(','));
  set('camera', filter.camera);
  set('cursor', cursor);
  return query;
}

/** What was removed, as its entry says it: `segments=3 bytes=9000000 from=… to=…`, of a deletion whose pictures and why. */
export function removalOf(detail: string): {
  segments: number;
  bytes: number;
  from: string;
  to: string;
  alerts: number;
  reason: string | null;
} | null {
  const found = /^segments=(\d+) bytes=(\d+) from=(\S+) to=(\S+)(?: alerts=(\d+))?(?: reason=(.+))?$/.exec(
    detail,
  );
  if (!found) return null;
  const [, segments, bytes, from = '', to = '', alerts = '0', reason = null] = found;
  return { segments: Number(segments), bytes: Number(bytes), from, to, alerts: Number(alerts), reason };
}
