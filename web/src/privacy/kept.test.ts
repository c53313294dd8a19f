import { expect, test } from 'vitest';
import { keptWords } from './kept';

const kept = (all_hours: number | null, motion_days: number | null, alert_days: number | null) => ({
  all_hours,
  motion_days,
  alert_days,
  plate_days: 30,
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
