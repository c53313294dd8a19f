import { expect, test } from 'vitest';
import { keptWords, rememberedWords } from './kept';

const kept = (all_hours: number | null, motion_days: number | null, alert_days: number | null) => ({
  all_hours,
  motion_days,
  alert_days,
  alert_record_days: null,
  plate_days: 30,
  memory_days: 20,
});

test('how long it is kept is said as the configuration says it', () => {
  expect(keptWords(kept(null, null, null), 'continuous')).toEqual([
    { key: 'privacy.kept.room' },
    { key: 'privacy.kept.alerts.ever' },
  ]);
  expect(keptWords(kept(72, 14, 90), 'continuous')).toEqual([
    { key: 'privacy.kept.all', n: 72 },
    { key: 'privacy.kept.motion', n: 14 },
    { key: 'privacy.kept.alerts', n: 90 },
  ]);
  expect(keptWords(kept(null, 30, null), 'continuous')[0]).toEqual({ key: 'privacy.kept.rest', n: 30 });
  expect(keptWords(kept(72, 14, 90), 'alerts')).toEqual([
    { key: 'privacy.kept.alerts_only' },
    { key: 'privacy.kept.alerts', n: 90 },
  ]);
});

test('what is remembered beside recordings is said for every combination', () => {
  const always = [{ key: 'notice.plates', n: 30 }, { key: 'notice.memory', n: 20 }, { key: 'notice.held' }];
  for (const all_hours of [null, 24]) {
    for (const motion_days of all_hours === null ? [null, 14] : [14]) {
      for (const alert_days of [null, 90]) {
        for (const alert_record_days of alert_days === null ? [null] : [null, 365]) {
          const words = rememberedWords({ ...kept(all_hours, motion_days, alert_days), alert_record_days });
          const has_time = motion_days !== null || alert_days !== null;
          expect(words).toEqual([
            ...(has_time ? [{ key: 'notice.at_most' }] : []),
            alert_record_days === null
              ? { key: 'notice.records.ever' }
              : { key: 'notice.records', n: alert_record_days },
            ...always,
          ]);
        }
      }
    }
  }
});
