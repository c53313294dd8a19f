import { recall, remember } from '../session/memory';
import type { Memory } from './queue';

const KEY = 'queue';

/** Reads what `rememberQueue` wrote; anything else counts as a first visit. */
export function parseMemory(text: string | null): Memory {
  const nothing: Memory = { unseen: [], knownToMs: null };
  if (text === null) return nothing;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return nothing;
    const unseen = 'unseen' in value && Array.isArray(value.unseen) ? value.unseen : [];
    const knownToMs = 'knownToMs' in value && typeof value.knownToMs === 'number' ? value.knownToMs : null;
    return { unseen: unseen.filter((id): id is string => typeof id === 'string'), knownToMs };
  } catch {
    return nothing;
  }
}

export const recallQueue = (): Memory => parseMemory(recall(KEY));
export const rememberQueue = (memory: Memory): void => remember(KEY, JSON.stringify(memory));
