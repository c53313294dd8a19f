import { expect, it } from 'vitest';
import { badgeTitle } from './badge';

it.each([
  [0, false, 'Canh đêm'],
  [3, false, '(3) Canh đêm'],
  [250, false, '(99+) Canh đêm'],
  [1, true, '⚠ (1) Canh đêm'],
])('%d unclaimed, lost: %s', (unclaimed, lost, title) =>
  expect(badgeTitle('Canh đêm', unclaimed, lost)).toBe(title),
);
