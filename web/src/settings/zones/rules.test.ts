import { expect, it } from 'vitest';
import type { KindRules } from '../../api/types';
import { renamed } from './drawing';
import { holds, NO_RULES, ofKind, ownCount, switchesOf, turned } from './rules';

const YARD: KindRules = {
  kind: 'yard',
  person: true,
  vehicle: true,
  loitering: true,
  loitering_seconds: 60,
  protected_room: false,
  waiting_vehicle: false,
};

it('a zone has what all have, but for what it says itself', () => {
  expect(holds(NO_RULES, YARD, 'person')).toBe(true);
  expect(holds(turned(NO_RULES, 'person', false), YARD, 'person')).toBe(false);
  expect(holds(turned(NO_RULES, 'waiting_vehicle', true), YARD, 'waiting_vehicle')).toBe(true);
  const own = turned(turned(NO_RULES, 'person', false), 'person', null);
  expect(own).toEqual(NO_RULES);
});

it('the time goes where nobody is looked at for staying', () => {
  const own = { ...NO_RULES, loitering_seconds: 90 };
  expect(ownCount(own)).toBe(1);
  expect(turned(own, 'loitering', false)).toEqual({ ...NO_RULES, loitering: false });
  expect(turned(own, 'loitering', true).loitering_seconds).toBe(90);
  expect(ownCount(turned(own, 'loitering', true))).toBe(1);
});

it('nothing stays that another kind cannot have', () => {
  const own = { ...NO_RULES, person: false, protected_room: false };
  expect(ofKind(own, 'protected')).toEqual(own);
  expect(ofKind(own, 'yard')).toEqual({ ...NO_RULES, person: false });
  expect(ofKind(own, 'ignore')).toEqual(NO_RULES);
  expect(switchesOf('ignore')).toEqual([]);
  expect(switchesOf('yard')).not.toContain('protected_room');
  expect(switchesOf('protected')).toContain('protected_room');
});

it('a renamed zone says what it was, as it was first', () => {
  const zone = { id: 'san', kind: 'yard' as const, polygon: [], rules: NO_RULES };
  const twice = renamed(renamed(zone, 'san-t'), 'san-truoc');
  expect(twice).toMatchObject({ id: 'san-truoc', was: 'san' });
  expect(renamed(twice, 'san')).toEqual(zone);
});
