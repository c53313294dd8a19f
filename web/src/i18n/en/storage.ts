export const storage = {
  'storage.used': 'Video takes {used} of {quota} GB.',
  'storage.left': '{left} days left until it is full; about the last {kept} days are kept then.',
  'storage.full': 'Full: about the last {kept} days are kept, the oldest give way.',
  'storage.unknown': 'Too early for a forecast.',
  'banner.disk.wrong': 'The disk of recordings is another one, or not mounted: no video is recorded.',
} as const;
