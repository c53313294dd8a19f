export const zones = {
  'zones.persons':
    'Bóng người trên hình cao bằng người thật đứng ở chỗ đó, theo những người camera đã thấy đi qua.',
  'zones.persons.none':
    'Chưa vẽ được cỡ người: camera chưa thấy đủ người đi qua để biết người ở xa, gần cao bao nhiêu.',
  'zones.rules': 'Báo động khi',
  'zones.rules.usual': 'như mọi vùng cùng loại',
  'zones.rules.own': '{n} điều đặt riêng',
  'zones.rule.person': 'Có người',
  'zones.rule.person.hint': 'Tắt: chỉ báo người khi có dấu hiệu khác',
  'zones.rule.vehicle': 'Có xe',
  'zones.rule.vehicle.hint': 'Xe được ghi vào báo động về người',
  'zones.rule.loitering': 'Nán lại lâu',
  'zones.rule.loitering.hint': 'Người ở lại quá số giây bên dưới',
  'zones.rule.protected_room': 'Vào phòng trọng yếu',
  'zones.rule.protected_room.hint': 'Có người trong phòng này là báo ngay',
  'zones.rule.waiting_vehicle': 'Xe chờ',
  'zones.rule.waiting_vehicle.hint': 'Người từ xe vừa dừng bước ra',
  'zones.rule.seconds': 'Nán lại quá (giây)',
  'zones.rule.inherited': 'theo chung',
  'zones.rule.back': 'Theo chung',
  'zones.rule.back.of': '{rule}: trở lại theo chung',
} as const;
