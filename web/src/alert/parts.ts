import type { ScorePart } from '../api/types';

/** What speaks most for an intrusion first, what speaks against it last. Parts that weigh nothing tell nothing. */
export function rankedParts(parts: readonly ScorePart[]): ScorePart[] {
  return parts.filter(({ log_odds }) => log_odds !== 0).sort((a, b) => b.log_odds - a.log_odds);
}

/** For example "+2,4" and "−1,5" in Vietnamese. */
export function signed(value: number, language: 'vi' | 'en'): string {
  const size = Math.abs(value).toFixed(1);
  return `${value < 0 ? '−' : '+'}${language === 'vi' ? size.replace('.', ',') : size}`;
}
