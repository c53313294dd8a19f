import type { Sentence } from '../api/types';
import { span, type Language } from '../time';
import { en } from './en';
import { vi } from './vi';

export type Key = keyof typeof vi;
export type Dictionary = Readonly<Record<Key, string>>;
export type Values = Readonly<Record<string, string | number>>;

export const dictionaries: Readonly<Record<Language, Dictionary>> = { vi, en };

/** Puts values into `{name}` places; an unknown name stays visible rather than vanish. */
export const fill = (text: string, values: Values): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));

/** Sentences begin with a capital, also those that the server wrote to stand in the middle of another. */
const capital = (text: string): string => text.charAt(0).toLocaleUpperCase('vi') + text.slice(1);

/** `Armed: night` or `Armed from 18:00` without the words that already stand beside it. */
export function withoutLead(sentence: string, lead: string): string {
  const start = [`${lead}: `, `${lead} `].find((start) => sentence.startsWith(start));
  return start ? capital(sentence.slice(start.length)) : sentence;
}

/** Everything a view needs to speak one language. */
export interface Speech {
  language: Language;
  t: (key: Key, values?: Values) => string;
  /** The right half of a sentence that the server wrote in both languages. */
  say: (sentence: Sentence) => string;
  /** How long ago, in words. */
  ago: (ms: number) => string;
  /** A label for a name that the server may know and this page may not. */
  label: (group: 'kind' | 'zone', name: string) => string;
}

export function speech(language: Language): Speech {
  const dictionary = dictionaries[language];
  const t = (key: Key, values: Values = {}): string => fill(dictionary[key], values);
  return {
    language,
    t,
    say: (sentence) => capital(sentence[language] || sentence.vi),
    ago: (ms) => {
      const length = span(ms);
      return length.unit === 'now' ? t('span.now') : t(`span.${length.unit}`, { n: length.n });
    },
    label: (group, name) => {
      const key = `${group}.${name}`;
      return key in dictionary ? dictionary[key as Key] : name;
    },
  };
}
