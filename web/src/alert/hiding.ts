import type { Attribute, AttributeAnswer, Finding, Person } from '../api/types';

/** In the order in which the server lists them and a guard reads them: from the face down. */
export const ATTRIBUTES: readonly Attribute[] = ['mask', 'hat', 'gloves', 'bag'];

const countOf = (person: Person, answer: AttributeAnswer['answer']): number =>
  person.attributes.filter((attribute) => attribute.answer === answer).length;

/** Those who hide most come first, those of whom nothing could be told last; else as they were given. */
export function byHiding(persons: readonly Person[]): Person[] {
  return [...persons].sort(
    (a, b) => countOf(b, 'yes') - countOf(a, 'yes') || countOf(a, 'unknown') - countOf(b, 'unknown'),
  );
}

/** What at least one of the persons certainly hides, or carries. */
export function hiddenBy(persons: readonly Person[]): Attribute[] {
  const hidden = new Set(
    persons
      .flatMap(({ attributes }) => attributes.filter(({ answer }) => answer === 'yes'))
      .map(({ attribute }) => attribute),
  );
  return ATTRIBUTES.filter((attribute) => hidden.has(attribute));
}

/** How sure an answer is, in whole per cent: never 0 or 100, which no model can claim. Null for unknown. */
export function surePercent({ answer, confidence }: AttributeAnswer): number | null {
  if (answer === 'unknown' || confidence === null) return null;
  return Math.min(99, Math.max(1, Math.round(confidence * 100)));
}

/** When the alert first tells of this person; null when its findings do not name the track. */
export const firstSeen = (track: string, findings: readonly Finding[]): string | null =>
  findings.find((finding) => finding.track === track)?.at ?? null;

/** So many judged pictures are behind the answers: of two accounts of the same moment, more is later. */
export const framesJudged = (persons: readonly Person[]): number =>
  persons.reduce((sum, { attributes }) => attributes.reduce((part, { frames }) => part + frames, sum), 0);
