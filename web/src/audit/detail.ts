import { dateTimeOf, type Language } from '../time';

/** As the appliance writes times into a detail. */
const TIMES = /\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)/g;

/** The log itself is in English, for it is hashed as it was written; this is how it is read. */
const VIETNAMESE: readonly (readonly [RegExp, string])[] = [
  [/^by hand, while stopped: /, 'sửa tay trong lúc máy canh tắt: '],
  [/^by hand: /, 'sửa tay: '],
  [/^track=(\S+)$/, 'đường đi $1'],
  [/^plate=/, 'biển số '],
  [/(^| )text=/, '$1từ trong ghi chú: '],
  [/^case=/, 'vụ việc '],
  [/^camera (\S+) added$/, 'thêm camera $1'],
  [/^camera (\S+) removed$/, 'bỏ camera $1'],
  [/^zones of (\S+)$/, 'vùng canh của $1'],
  [/^arming$/, 'lịch canh'],
  [/^keeping$/, 'lưu giữ'],
  [/^response plans$/, 'việc cần làm'],
  [/^everywhere$/, 'ở mọi trình duyệt'],
  [/^for (\d+) minutes$/, 'trong $1 phút'],
  [/^true_alarm$/, 'báo động thật'],
  [/^false_alarm: insect$/, 'báo nhầm: côn trùng'],
  [/^false_alarm: light$/, 'báo nhầm: ánh đèn'],
  [/^false_alarm: animal$/, 'báo nhầm: con vật'],
  [/^false_alarm: staff$/, 'báo nhầm: người của cơ quan'],
  [/^false_alarm: other$/, 'báo nhầm: lý do khác'],
  [/^done: /, 'đã làm: '],
  [/^not done: /, 'bỏ đánh dấu: '],
  [/, after an end that was not written down$/, ', lần trước tắt đột ngột'],
  [/^(\S+): guard\b/, '$1: bảo vệ'],
  [/^(\S+): supervisor\b/, '$1: trưởng ca'],
  [/^(\S+): admin\b/, '$1: quản trị'],
  [/^(\S+): auditor\b/, '$1: kiểm soát'],
  [/, all cameras\b/, ', mọi camera'],
  [/, cameras /, ', camera '],
  [/(,|:) password set\b/, '$1 đặt lại mật khẩu'],
  [/(,|:) second factor taken away\b/, '$1 bỏ xác thực hai bước'],
  [/(,|:) disabled\b/, '$1 bị khóa'],
  [/(,|:) no longer disabled\b/, '$1 được mở khóa'],
];

/** An entry's detail in words, with times as they are read here. What is not known stays as it is. */
export function wordsOf(detail: string, language: Language): string {
  const words =
    language === 'vi'
      ? VIETNAMESE.reduce((text, [known, said]) => text.replace(known, said), detail)
      : detail;
  return words.replace(TIMES, (time) => dateTimeOf(time, language));
}
