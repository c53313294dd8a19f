import { describe, expect, it } from 'vitest';
import { after, sampleAnswer, sampleFinding, samplePerson } from '../api/samples';
import { ATTRIBUTES, byHiding, firstSeen, framesJudged, hiddenBy, surePercent } from './hiding';

const bare = samplePerson('bare', 'no', 'no', 'unknown', 'no');
const masked = samplePerson('masked', 'yes', 'no', 'unknown', 'no');
const wrapped = samplePerson('wrapped', 'yes', 'yes', 'yes', 'yes');
const far = samplePerson('far', 'unknown', 'unknown', 'unknown', 'unknown');
const tracks = (persons: ReturnType<typeof byHiding>): string[] => persons.map(({ track }) => track);

describe('byHiding', () => {
  it('puts who hides most first and who cannot be judged last', () => {
    expect(tracks(byHiding([far, bare, masked, wrapped]))).toEqual(['wrapped', 'masked', 'bare', 'far']);
  });

  it('keeps the order of equals and leaves what it was given alone', () => {
    const given = [
      samplePerson('b', 'no', 'no', 'no', 'no'),
      samplePerson('a', 'no', 'no', 'no', 'no'),
      masked,
    ];
    expect(tracks(byHiding(given))).toEqual(['masked', 'b', 'a']);
    expect(tracks(given)).toEqual(['b', 'a', 'masked']);
  });
});

describe('hiddenBy', () => {
  it('names each thing once, from the face down', () => {
    const bag = samplePerson('bag', 'no', 'no', 'no', 'yes');
    expect(hiddenBy([bag, masked, masked])).toEqual(['mask', 'bag']);
    expect(hiddenBy([wrapped])).toEqual(ATTRIBUTES);
  });

  it('says nothing of what is not certain', () => {
    expect(hiddenBy([bare, far])).toEqual([]);
    expect(hiddenBy([])).toEqual([]);
  });
});

describe('surePercent', () => {
  it.each([
    [0.94, 94],
    [0.999, 99],
    [1, 99],
    [0.001, 1],
  ])('%d is %d %%', (confidence, percent) => {
    expect(surePercent(sampleAnswer('mask', 'yes', { confidence }))).toBe(percent);
    expect(surePercent(sampleAnswer('mask', 'no', { confidence }))).toBe(percent);
  });

  it('gives no figure for what is unknown', () => {
    expect(surePercent(sampleAnswer('mask', 'unknown'))).toBeNull();
    expect(surePercent(sampleAnswer('mask', 'unknown', { confidence: 0.5 }))).toBeNull();
    expect(surePercent(sampleAnswer('mask', 'yes', { confidence: null }))).toBeNull();
  });
});

describe('firstSeen', () => {
  it('is the first finding of that track', () => {
    const findings = [1, 2, 3].map((s) => sampleFinding(s, { track: s > 1 ? 'a' : 'b' }));
    expect(firstSeen('a', findings)).toBe(after(2));
    expect(firstSeen('c', findings)).toBeNull();
  });
});

describe('framesJudged', () => {
  it('adds up over persons and attributes', () => {
    expect(framesJudged([bare, far])).toBe(48);
    expect(framesJudged([])).toBe(0);
  });
});
