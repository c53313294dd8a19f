export const response = {
  'plan.title': 'What to do',
  'plan.done': 'at {time}, {who}',
  'plan.failed': 'Not written down, try again',
  'plan.progress': '{n}/{all}',
  'history.ticked': 'did:',
  'history.unticked': 'took back:',

  'map.title': 'Map of zones',
  'map.picture': 'The camera’s picture with its zones; the alert’s zone: {zone}',
  'map.first': 'seen first',
  'map.last': 'seen last',

  'player.tracks': 'Ways of persons and vehicles (key D)',
  'player.beside': 'Beside: live, and the case’s other cameras (key C)',
  'beside.title': 'Beside',
  'beside.live': 'Live: {name}',
  'beside.same': 'At the same time: {name}',
  'beside.near': 'Nearby, at the same time: {name}',
  'beside.out': 'Outside of this camera’s clip',
  'help.beside': 'live and other cameras beside the clip',
  'help.tracks': 'ways of persons and vehicles',
  'help.shift': 'handover and daily report',

  'clock.lunar': 'Lunar calendar: {date}',
  'account.factor.scan': 'Scan this with the authenticator on your telephone, or type the key below into it.',
  'account.factor.qr': 'QR code of the key',
} as const;
