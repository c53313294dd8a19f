export const storage = {
  'storage.used': 'Video đang chiếm {used} trong {quota} GB.',
  'storage.left': 'Còn {left} ngày thì đầy; khi đó giữ được khoảng {kept} ngày gần nhất.',
  'storage.full': 'Đã đầy: giữ được khoảng {kept} ngày gần nhất, bản cũ nhất nhường chỗ.',
  'storage.unknown': 'Chưa đủ lâu để dự báo.',
  'banner.disk.wrong': 'Ổ ghi hình không đúng hoặc chưa được gắn: video không được ghi.',
} as const;
