import { describe, expect, it } from 'vitest';
import { sampleAlert, START_MS } from '../api/samples';
import { beginAt, clipUrl, growth, resumeAt } from './clip';

const at = (seconds: number): number => START_MS + seconds * 1000;
const loaded = (end: number) => ({ startMs: at(-10), endMs: at(end) });

describe('growth', () => {
  const open = sampleAlert('a', 0, { open: true, closed_at: null });
  const closed = sampleAlert('a', 0);

  it('offers what an open alert has recorded since', () => {
    expect(growth(open, loaded(5), at(9), null)).toBe(0);
    expect(growth(open, loaded(5), at(12), null)).toBe(7000);
  });

  it('asks for a long clip more rarely', () => {
    const long = { startMs: at(-10), endMs: at(590) };
    expect(growth(open, long, at(640), null)).toBe(0);
    expect(growth(open, long, at(651), null)).toBe(61_000);
  });

  it('offers a closed alert’s tail up to the clip’s end', () => {
    expect(growth(closed, loaded(5), at(60), null)).toBe(15_000);
    expect(growth(closed, loaded(19), at(60), null)).toBe(0);
    expect(growth(closed, loaded(5), at(6), null)).toBe(0);
  });

  it('does not offer again what brought nothing', () => {
    expect(growth(closed, loaded(5), at(60), at(60))).toBe(0);
    expect(growth(open, loaded(5), at(60), at(58))).toBe(0);
    expect(growth(open, loaded(5), at(64), at(58))).toBe(59_000);
  });

  it('needs a clip', () => {
    expect(growth(sampleAlert('a', 0, { clip: null }), loaded(5), at(60), null)).toBe(0);
  });
});

describe('loading again', () => {
  it('asks under a new address, except the first time', () => {
    expect(clipUrl('/c.mp4', 0)).toBe('/c.mp4');
    expect(clipUrl('/c.mp4', 2)).toBe('/c.mp4?n=2');
    expect(clipUrl('/c.mp4?from=1', 2)).toBe('/c.mp4?from=1&n=2');
  });

  it('goes on at the moment that was watched', () => {
    expect(resumeAt(at(7), at(-10))).toBe(17);
    expect(resumeAt(at(-20), at(-10))).toBe(0);
  });
});

it('begins shortly before the alert, and never before the clip', () => {
  expect(beginAt(sampleAlert('a', 0), at(-10))).toBe(7);
  expect(beginAt(sampleAlert('a', 0), at(-1))).toBe(0);
});
