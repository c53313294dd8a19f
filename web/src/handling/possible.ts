import type { Alert, FalseAlarmReason, Me } from '../api/types';

/** In the order of their digits, the usual ones first. */
export const FALSE_ALARMS: readonly FalseAlarmReason[] = ['insect', 'light', 'animal', 'staff', 'other'];

/** What somebody can do with an alert now. */
export interface Possible {
  /** Become its owner; `take_over` where somebody else is. */
  claim: 'claim' | 'take_over' | null;
  resolve: boolean;
  escalate: boolean;
  note: boolean;
}

const NOTHING: Possible = { claim: null, resolve: false, escalate: false, note: false };

/** The appliance decides; this only keeps buttons away that it would refuse. */
export function possible(alert: Alert, me: Pick<Me, 'name' | 'role'> | null): Possible {
  if (me === null || me.role === 'auditor') return NOTHING;
  const isMine = alert.owner === me.name;
  const leads = me.role !== 'guard';
  if (alert.state === 'resolved') return { ...NOTHING, resolve: isMine || leads, note: true };
  const claim = alert.state === 'new' ? 'claim' : isMine ? null : leads ? 'take_over' : null;
  return {
    claim,
    resolve: alert.state === 'new' || isMine || leads,
    escalate: !alert.escalated_at,
    note: true,
  };
}
