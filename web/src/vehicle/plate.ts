import type { Candidate, Vehicle } from '../api/types';

export interface PlateSign {
  sign: string;
  /** Other readings of the same plate have another sign here. */
  isUnsure: boolean;
}

/** Readings that together are less probable than this share of all do not make a sign unsure. */
const DOUBT = 0.1;

/**
 * The most probable reading, sign by sign. Readings of another length say nothing of single signs: they stand
 * beside it as a whole.
 */
export function signsOf(candidates: readonly Candidate[]): PlateSign[] {
  const [best] = candidates;
  if (!best) return [];
  const comparable = candidates.filter(({ text }) => text.length === best.text.length);
  const whole = comparable.reduce((sum, { probability }) => sum + probability, 0);
  return Array.from(best.text, (sign, place) => {
    const others = comparable.filter(({ text }) => text[place] !== sign);
    const doubt = others.reduce((sum, { probability }) => sum + probability, 0);
    return { sign, isUnsure: whole > 0 && doubt / whole >= DOUBT };
  });
}

/** Whole per cent, never 0 or 100: no model can claim these. */
export const percent = (probability: number): number =>
  Math.min(99, Math.max(1, Math.round(probability * 100)));

/** What the plate most probably says, or null. */
export const textOf = (vehicle: Pick<Vehicle, 'candidates'>): string | null =>
  vehicle.candidates[0]?.text ?? null;
