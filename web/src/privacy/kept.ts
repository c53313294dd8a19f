import type { PrivacyNotice } from '../api/privacy';
import type { Key } from '../i18n';

type Kept = PrivacyNotice['kept'];
type Recording = PrivacyNotice['cameras'][number]['record'];

/** How long a camera's recordings stay, in parts of a sentence. */
export function keptWords({ all_hours, motion_days, alert_days }: Kept, record: Recording) {
  const words: { key: Key; n?: number }[] = [];
  if (record === 'alerts') words.push({ key: 'privacy.kept.alerts_only' });
  else if (all_hours !== null && motion_days !== null) {
    words.push({ key: 'privacy.kept.all', n: all_hours }, { key: 'privacy.kept.motion', n: motion_days });
  } else if (motion_days !== null) words.push({ key: 'privacy.kept.rest', n: motion_days });
  else words.push({ key: 'privacy.kept.room' });
  words.push(
    alert_days === null ? { key: 'privacy.kept.alerts.ever' } : { key: 'privacy.kept.alerts', n: alert_days },
  );
  return words;
}
