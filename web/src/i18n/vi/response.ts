export const response = {
  'plan.title': 'Việc cần làm',
  'plan.done': 'lúc {time}, {who}',
  'plan.failed': 'Không ghi được, hãy thử lại',
  'plan.progress': '{n}/{all}',
  'history.ticked': 'đã làm:',
  'history.unticked': 'bỏ đánh dấu:',

  'map.title': 'Sơ đồ khu vực',
  'map.picture': 'Hình camera với các khu vực; khu vực của báo động: {zone}',
  'map.first': 'thấy lần đầu',
  'map.last': 'thấy sau cùng',

  'player.tracks': 'Đường đi của người và xe (phím D)',
  'player.beside': 'Xem kèm: trực tiếp và camera khác của vụ việc (phím C)',
  'beside.title': 'Xem kèm',
  'beside.live': 'Trực tiếp: {name}',
  'beside.same': 'Cùng lúc: {name}',
  'beside.near': 'Camera gần đó, cùng lúc: {name}',
  'beside.out': 'Ngoài đoạn phim của camera này',
  'help.beside': 'xem kèm trực tiếp và camera khác',
  'help.tracks': 'đường đi của người và xe',
  'help.shift': 'bàn giao ca, báo cáo ngày',

  'clock.lunar': 'Âm lịch: {date}',
  'account.factor.scan': 'Quét mã này bằng ứng dụng xác thực trên điện thoại, hoặc nhập khóa bên dưới.',
  'account.factor.qr': 'Mã QR của khóa xác thực',
} as const;
