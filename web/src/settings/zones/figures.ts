import type { StandingPerson } from '../../api/types';

/** At so many depths at most. */
const MOST = 4;
/** Smaller ones are a smudge. */
const SMALLEST = 0.04;

/** A person who stands there, in 0..1 of the picture. */
export interface Figure {
  x: number;
  feetY: number;
  height: number;
}

/** Some of the depths, far to near, spread over the picture's width so that none hides another. */
export function figures(persons: readonly StandingPerson[]): Figure[] {
  // Who is higher than the picture, or reaches out of it, shows no size.
  const shown = persons.filter(
    ({ feet_y: feetY, height }) => height >= SMALLEST && feetY - height >= 0 && feetY <= 1,
  );
  const count = Math.min(MOST, shown.length);
  return Array.from({ length: count }, (_, at) => {
    const person = shown[count === 1 ? 0 : Math.round((at * (shown.length - 1)) / (count - 1))];
    return { x: (at + 1) / (count + 1), feetY: person?.feet_y ?? 0, height: person?.height ?? 0 };
  });
}
