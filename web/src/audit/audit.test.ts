import { expect, test } from 'vitest';
import { ALL, GROUPS, queryOf, removalOf } from './audit';
import { wordsOf } from './detail';

test('nothing asks for all, times are those of the office', () => {
  expect(queryOf(ALL, 420, null).toString()).toBe('');
  const filter = { ...ALL, from: '2026-02-17T01:30', who: ' lan ', group: 'takes' as const, camera: 'kho' };
  const query = queryOf(filter, 420, '7');
  expect(query.get('from')).toBe('2026-02-17T01:30:00+07:00');
  expect(query.get('who')).toBe('lan');
  expect(query.get('what')).toBe('downloaded,exported');
  expect(query.get('cursor')).toBe('7');
});

test('every act is in one group at most', () => {
  const acts = Object.values(GROUPS).flat();
  expect(new Set(acts).size).toBe(acts.length);
});

test('what was removed is read as the appliance writes it', () => {
  expect(removalOf('segments=3 bytes=9000000 from=2026-02-16T18:30:00Z to=2026-02-16T18:30:20Z')).toEqual({
    segments: 3,
    bytes: 9_000_000,
    from: '2026-02-16T18:30:00Z',
    to: '2026-02-16T18:30:20Z',
    alerts: 0,
    reason: null,
  });
  expect(removalOf('segments=1 bytes=1 from=a to=b reason=Ông A yêu cầu')?.reason).toBe('Ông A yêu cầu');
  expect(removalOf('segments=0 bytes=0 from=a to=b alerts=2 reason=Ông A yêu cầu')).toEqual({
    segments: 0,
    bytes: 0,
    from: 'a',
    to: 'b',
    alerts: 2,
    reason: 'Ông A yêu cầu',
  });
  expect(removalOf('arming')).toBeNull();
});

test.each([
  ['zones of cong-chinh', 'vùng canh của cong-chinh'],
  ['minh: guard, cameras kho, disabled, password set', 'minh: bảo vệ, camera kho, bị khóa, đặt lại mật khẩu'],
  ['false_alarm: insect', 'báo nhầm: côn trùng'],
  ['plate=12A-123.4? text=nhện', 'biển số 12A-123.4? từ trong ghi chú: nhện'],
  ['by hand: record.alert_days', 'sửa tay: record.alert_days'],
  ['by hand, while stopped: camera kho added', 'sửa tay trong lúc máy canh tắt: camera kho added'],
  ['canhdem 0.1.0, after an end that was not written down', 'canhdem 0.1.0, lần trước tắt đột ngột'],
  [
    '2026-02-17T01:30:00.000+07:00 – 2026-02-17T04:00:00.000+07:00: Sửa mái',
    '01:30:00 · 17/02/2026 – 04:00:00 · 17/02/2026: Sửa mái',
  ],
  ['Gọi trực ban', 'Gọi trực ban'],
])('%s is read in Vietnamese', (detail, words) => {
  expect(wordsOf(detail, 'vi')).toBe(words);
  expect(wordsOf('zones of cong-chinh', 'en')).toBe('zones of cong-chinh');
});
