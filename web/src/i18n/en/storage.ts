export const storage = {
  'storage.used': 'Video takes {used} of {quota} GB.',
  'storage.left': '{left} days left until it is full; about the last {kept} days are kept then.',
  'storage.full': 'Full: about the last {kept} days are kept, the oldest give way.',
  'storage.fits': 'There is room for all that is to be kept.',
  'storage.all': 'Everything',
  'storage.motion': 'What moved',
  'storage.alerts': 'Alerts',
  'storage.reach': '{what}: kept for all of {wanted} days',
  'storage.reach.short': '{what}: there is room for {has} of {wanted} days only',
  'banner.disk.key_frames': 'No room for recordings: only key frames are recorded; alerts go on.',
  'tiers.words':
    'How long it is kept at most. When its time is over it goes, room or not; without room, first what did not move goes, then what did, alerts last. What somebody keeps never goes by itself.',
  'tiers.all': 'Everything (hours)',
  'tiers.all.hint': 'Also while nothing moves; needs the days for what moved',
  'tiers.motion': 'What moved (days)',
  'tiers.motion.hint': 'Without hours beside it, for all video without an alert',
  'tiers.alerts': 'Alerts (days)',
  'tiers.alerts.hint': 'Video from 10 seconds before each to 20 seconds after, and its pictures',
  'tiers.records': 'Records of alerts (days)',
  'tiers.records.hint':
    'Settled alerts go altogether, with what they taught; needs the days of alerts, and is no shorter',
  'tiers.none': 'no limit',
  'storage.unknown': 'Too early for a forecast.',
  'banner.disk.wrong': 'The disk of recordings is another one, or not mounted: no video is recorded.',
  'banner.disk.slow':
    'The disk is slow: video waited {seconds} s to be recorded. All of it is recorded so far; alerts go on.',
  'banner.disk.slow.lost':
    'The disk is slow: video waited {seconds} s to be recorded, and {pictures} pictures were lost. Alerts go on.',
  'banner.disk.too_slow': 'Have it checked: an ageing disk, or something else that keeps it busy.',
} as const;
