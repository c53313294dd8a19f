export const storage = {
  'storage.used': 'Video đang chiếm {used} trong {quota} GB.',
  'storage.left': 'Còn {left} ngày thì đầy; khi đó giữ được khoảng {kept} ngày gần nhất.',
  'storage.full': 'Đã đầy: giữ được khoảng {kept} ngày gần nhất, bản cũ nhất nhường chỗ.',
  'storage.fits': 'Đủ chỗ cho mọi thời hạn đã đặt.',
  'storage.all': 'Toàn bộ',
  'storage.motion': 'Lúc có chuyển động',
  'storage.alerts': 'Báo động',
  'storage.reach': '{what}: giữ được đủ {wanted} ngày',
  'storage.reach.short': '{what}: chỉ đủ chỗ cho {has} trong {wanted} ngày',
  'banner.disk.key_frames':
    'Hết chỗ ghi hình: chỉ còn ghi khung hình chính, vài giây một hình; báo động vẫn hoạt động.',
  'tiers.words':
    'Thời hạn giữ tối đa. Hết hạn thì tự xóa, còn chỗ cũng xóa; thiếu chỗ thì xóa trước những gì không có chuyển động, rồi lúc có chuyển động, sau cùng là báo động. Đoạn có người giữ không bao giờ tự xóa.',
  'tiers.all': 'Toàn bộ (giờ)',
  'tiers.all.hint': 'Kể cả lúc không có gì; phải đặt kèm số ngày giữ lúc có chuyển động',
  'tiers.motion': 'Lúc có chuyển động (ngày)',
  'tiers.motion.hint': 'Không đặt giờ ở ô bên thì áp dụng cho mọi hình không có báo động',
  'tiers.alerts': 'Báo động (ngày)',
  'tiers.alerts.hint': 'Phim từ 10 giây trước đến 20 giây sau mỗi báo động, và ảnh của nó',
  'tiers.records': 'Ghi chép báo động (ngày)',
  'tiers.records.hint':
    'Báo động đã xử lý bị xóa hẳn cùng điều đã học từ nó; phải đặt kèm, và không ngắn hơn, số ngày của báo động',
  'tiers.none': 'không giới hạn',
  'storage.unknown': 'Chưa đủ lâu để dự báo.',
  'banner.disk.wrong': 'Ổ ghi hình không đúng hoặc chưa được gắn: video không được ghi.',
  'banner.disk.slow':
    'Ổ đĩa ghi chậm: video phải chờ {seconds} giây mới ghi được. Chưa mất hình nào; báo động vẫn hoạt động.',
  'banner.disk.slow.lost':
    'Ổ đĩa ghi chậm: video phải chờ {seconds} giây mới ghi được, đã mất {pictures} khung hình. Báo động vẫn hoạt động.',
  'banner.disk.too_slow':
    'Báo kỹ thuật: kiểm tra ổ đĩa có sắp hỏng không, hoặc việc gì khác đang chiếm ổ đĩa.',
} as const;
