import { describe, expect, it } from 'vitest';
import { percent, signsOf, textOf } from './plate';

const reading = (text: string, probability: number) => ({ text, probability });
const marked = (...candidates: { text: string; probability: number }[]) =>
  signsOf(candidates)
    .map(({ sign, isUnsure }) => (isUnsure ? `[${sign}]` : sign))
    .join('');

describe('a plate', () => {
  it('is unsure where likely readings differ', () => {
    expect(marked(reading('12A-123.45', 0.7), reading('12A-128.45', 0.2))).toBe('12A-12[3].45');
    expect(marked(reading('12A-123.45', 0.6), reading('12A-128.45', 0.2), reading('12A-123.46', 0.1))).toBe(
      '12A-12[3].4[5]',
    );
  });

  it('is sure of what only unlikely readings deny', () => {
    expect(marked(reading('12A-123.45', 0.9), reading('12A-128.45', 0.05))).toBe('12A-123.45');
    expect(marked(reading('12A-123.45', 0.4))).toBe('12A-123.45');
  });

  it('says nothing of signs by readings of another length', () => {
    expect(marked(reading('12A-123.45', 0.5), reading('12A-12345', 0.5))).toBe('12A-123.45');
  });

  it('may be unread', () => {
    expect(signsOf([])).toEqual([]);
    expect(textOf({ candidates: [] })).toBeNull();
    expect(textOf({ candidates: [reading('12A-123.45', 0.5)] })).toBe('12A-123.45');
  });

  it('is never read for certain', () => {
    expect([0, 0.004, 0.5, 0.999, 1].map(percent)).toEqual([1, 1, 50, 99, 99]);
  });
});
