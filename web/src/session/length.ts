/** Characters that the appliance asks for (`access/password.rs`). */
export const FEWEST = 12;
/** From here on nobody gets through it by trying. */
export const GOOD = 16;

export interface Length {
  /** Characters, at most GOOD. */
  value: number;
  verdict: 'short' | 'enough' | 'good';
}

/** How long a password is. By code points, as the appliance counts. */
export function lengthOf(password: string): Length {
  const value = Math.min(Array.from(password).length, GOOD);
  return { value, verdict: value < FEWEST ? 'short' : value < GOOD ? 'enough' : 'good' };
}
