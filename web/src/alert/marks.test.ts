import { describe, expect, it } from 'vitest';
import { sampleFinding, START_MS } from '../api/samples';
import { placeMarks, placeStretch } from './marks';

describe('placeMarks', () => {
  const at = (...seconds: number[]) => seconds.map((s) => sampleFinding(s));

  it('places by wall time over the length of the clip', () => {
    const marks = placeMarks(at(10, 20), START_MS, 40, 0.03);
    expect(marks.map(({ position, seconds }) => [position, seconds])).toEqual([
      [0.25, 10],
      [0.5, 20],
    ]);
  });

  it('leaves out what the clip does not cover, forgiving rounding', () => {
    expect(placeMarks(at(-5, 45), START_MS, 40, 0.03)).toEqual([]);
    expect(placeMarks(at(-0.3, 40.3), START_MS, 40, 0.03).map(({ position }) => position)).toEqual([0, 1]);
  });

  it('joins what is too near to be touched apart', () => {
    const marks = placeMarks(at(10.4, 10, 30), START_MS, 40, 0.03);
    expect(marks.map(({ findings }) => findings.length)).toEqual([2, 1]);
    expect(marks[0]?.seconds).toBe(10);
  });

  it.each([0, -1, Number.NaN, Infinity])('has none while the length is %d', (duration) => {
    expect(placeMarks(at(1), START_MS, duration, 0.03)).toEqual([]);
  });
});

describe('placeStretch', () => {
  const stretch = (from: number, to: number) =>
    placeStretch(START_MS + from * 1000, START_MS + to * 1000, START_MS, 40);

  it('clamps to the bar', () => {
    expect(stretch(10, 20)).toEqual({ left: 0.25, width: 0.25 });
    expect(stretch(-10, 80)).toEqual({ left: 0, width: 1 });
  });

  it('is nothing outside the bar or backwards', () => {
    expect(stretch(50, 60)).toBeNull();
    expect(stretch(-20, -10)).toBeNull();
    expect(stretch(20, 10)).toBeNull();
  });
});
