export const zones = {
  'zones.persons':
    'The figures are as tall as a person standing there, by those whom the camera has seen pass.',
  'zones.persons.none':
    'No figures yet: the camera has not seen enough people pass to know how tall they are far off and near.',
  'zones.rules': 'Raise an alert for',
  'zones.rules.usual': 'as all zones of this kind',
  'zones.rules.own': '{n} of its own',
  'zones.rule.person': 'A person',
  'zones.rule.person.hint': 'Off: a person is told of only with some other sign',
  'zones.rule.vehicle': 'A vehicle',
  'zones.rule.vehicle.hint': 'Vehicles join the alert of a person',
  'zones.rule.loitering': 'Staying',
  'zones.rule.loitering.hint': 'A person who stays for longer than the seconds below',
  'zones.rule.protected_room': 'A protected room',
  'zones.rule.protected_room.hint': 'Anybody in this room is told of at once',
  'zones.rule.waiting_vehicle': 'A waiting vehicle',
  'zones.rule.waiting_vehicle.hint': 'People who get out of a vehicle that has just stopped',
  'zones.rule.seconds': 'Staying longer than (seconds)',
  'zones.rule.inherited': 'as all',
  'zones.rule.back': 'As all',
  'zones.rule.back.of': '{rule}: as all zones again',
};
