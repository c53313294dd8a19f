import type { AlarmVerdict, FalseAlarmReason } from '../api/types';

/** The words for what an alert was. */
export function outcomeKey(
  verdict: AlarmVerdict,
  reason: FalseAlarmReason | null | undefined,
): `outcome.${AlarmVerdict | FalseAlarmReason}` {
  return `outcome.${verdict === 'false_alarm' && reason ? reason : verdict}`;
}
