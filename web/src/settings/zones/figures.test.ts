import { expect, it } from 'vitest';
import { figures } from './figures';

const at = (feetY: number) => ({ feet_y: feetY, height: 0.5 * (feetY - 0.2) });

it('nothing is drawn while nothing was learned', () => {
  expect(figures([])).toEqual([]);
});

it('persons stand at a few depths, far to near, beside one another', () => {
  const shown = figures([0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1].map(at));
  expect(shown).toHaveLength(4);
  expect(shown.map(({ x }) => x)).toEqual([0.2, 0.4, 0.6, 0.8]);
  expect(shown[0]?.feetY).toBe(0.3);
  expect(shown[3]?.feetY).toBe(1);
});

it('who is too small or higher than the picture is left out', () => {
  expect(figures([{ feet_y: 0.3, height: 0.02 }])).toEqual([]);
  expect(figures([{ feet_y: 0.5, height: 0.6 }])).toEqual([]);
  expect(figures([{ feet_y: 0.5, height: 0.4 }])).toEqual([{ x: 0.5, feetY: 0.5, height: 0.4 }]);
});
