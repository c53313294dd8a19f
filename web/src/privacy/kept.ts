import type { PrivacyNotice } from '../api/privacy';
import type { Key } from '../i18n';

type Kept = PrivacyNotice['kept'];
type Recording = PrivacyNotice['cameras'][number]['record'];

/** What else is remembered for how long, a sentence each. */
export function rememberedWords({ all_hours, motion_days, alert_days, alert_record_days, ...days }: Kept) {
  const words: { key: Key; n?: number }[] = [];
  // Where nothing has a time, it goes for room alone, which is said already.
  if ([all_hours, motion_days, alert_days].some((time) => time !== null))
    words.push({ key: 'notice.at_most' });
  words.push(
    alert_record_days === null
      ? { key: 'notice.records.ever' }
      : { key: 'notice.records', n: alert_record_days },
    { key: 'notice.plates', n: days.plate_days },
    { key: 'notice.memory', n: days.memory_days },
    { key: 'notice.held' },
  );
  return words;
}

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
