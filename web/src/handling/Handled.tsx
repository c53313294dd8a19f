import type { Alert } from '../api/types';
import { useSession } from '../session/session';
import { outcomeKey } from './outcome';

/** Whose the alert is, or what it was; nothing of one that nobody touched. */
export function Handled({ alert }: { alert: Alert }) {
  const { t, me } = useSession();
  const { state, owner, verdict, false_alarm_reason } = alert;
  if (state === 'resolved' && verdict) return <>{t(outcomeKey(verdict, false_alarm_reason))}</>;
  if (state !== 'claimed' || owner === null) return null;
  return <>{owner === me?.name ? t('queue.mine') : t('queue.owner', { owner })}</>;
}
