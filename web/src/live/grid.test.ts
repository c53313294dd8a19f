import { expect, it } from 'vitest';
import { pageCount, pageOf, pageWithin, sizeOf, SIZES } from './grid';

it('remembers only sizes that there are', () => {
  expect(['1', '4', '9', '16', '5', '', null].map(sizeOf)).toEqual([1, 4, 9, 16, 4, 4, 4]);
});

it('has a page for every camera, and each camera once', () => {
  for (const size of SIZES) {
    for (const count of [0, 1, 4, 5, 16, 17]) {
      const cameras = Array.from({ length: count }, (_, index) => index);
      const pages = Array.from({ length: pageCount(count, size) }, (_, page) => pageOf(cameras, size, page));
      expect(pages.flat()).toEqual(cameras);
      expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(size);
    }
  }
});

it('stays within the pages when cameras go', () => {
  expect(pageWithin(3, 5, 4)).toBe(1);
  expect(pageWithin(-1, 5, 4)).toBe(0);
  expect(pageOf([1, 2, 3, 4, 5], 4, 9)).toEqual([5]);
  expect(pageOf([], 4, 1)).toEqual([]);
});
