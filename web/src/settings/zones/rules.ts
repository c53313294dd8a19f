import type { KindRules, RuleKeys, ZoneKind } from '../../api/types';

/** What a zone says that says nothing itself. */
export const NO_RULES: RuleKeys = {
  person: null,
  vehicle: null,
  loitering: null,
  loitering_seconds: null,
  protected_room: null,
  waiting_vehicle: null,
};

export const SWITCHES = ['person', 'vehicle', 'loitering', 'protected_room', 'waiting_vehicle'] as const;
export type Switch = (typeof SWITCHES)[number];

/** What may be switched in a zone of this kind: nothing is found where all is ignored. */
export const switchesOf = (kind: ZoneKind): readonly Switch[] =>
  kind === 'ignore' ? [] : SWITCHES.filter((name) => name !== 'protected_room' || kind === 'protected');

/** Whether a rule holds in a zone, by itself or as for all zones of its kind. */
export const holds = (rules: RuleKeys, usual: KindRules, name: Switch): boolean => rules[name] ?? usual[name];

/** With a rule turned on or off for this zone alone; null: as for all zones. */
export function turned(rules: RuleKeys, name: Switch, value: boolean | null): RuleKeys {
  const next = { ...rules, [name]: value };
  // A time of its own means nothing where nobody is looked at for staying.
  return name === 'loitering' && value === false ? { ...next, loitering_seconds: null } : next;
}

/** What of a zone's rules can stay when it gets another kind. */
export function ofKind(rules: RuleKeys, kind: ZoneKind): RuleKeys {
  if (kind === 'ignore') return NO_RULES;
  return kind === 'protected' ? rules : { ...rules, protected_room: null };
}

/** How many rules a zone sets for itself. */
export const ownCount = (rules: RuleKeys): number =>
  SWITCHES.filter((name) => rules[name] !== null).length +
  (rules.loitering_seconds !== null && rules.loitering === null ? 1 : 0);
