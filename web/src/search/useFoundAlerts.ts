import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { findAlerts } from '../api/search';
import type { Alert } from '../api/types';
import { queryOf, type Search } from './search';

export type Found = { alerts: readonly Alert[] } & (
  | { state: 'loading' }
  | { state: 'failed'; detail: string }
  /** `cursor`: where older ones begin; null for none. */
  | { state: 'loaded'; cursor: string | null }
);

const PAGE = 40;

/** What a search finds, page by page. A new search leaves what the last one found until its own comes. */
export function useFoundAlerts(search: Search, offset: number): { found: Found; loadOlder: () => void } {
  const [found, setFound] = useState<Found>({ state: 'loading', alerts: [] });
  const asked = useRef<AbortController | null>(null);
  const load = useCallback(
    (before: readonly Alert[], cursor: string | null) => {
      asked.current?.abort();
      const abort = new AbortController();
      asked.current = abort;
      setFound((old) => ({ state: 'loading', alerts: old.alerts }));
      findAlerts(queryOf(search, offset, cursor, PAGE), abort.signal).then(
        ({ items, next_cursor }) => {
          if (abort.signal.aborted) return;
          setFound({ state: 'loaded', alerts: [...before, ...items], cursor: next_cursor ?? null });
        },
        (error: unknown) => {
          if (abort.signal.aborted) return;
          const detail = error instanceof Error ? error.message : String(error);
          setFound({ state: 'failed', alerts: before, detail });
        },
      );
    },
    [search, offset],
  );
  useEffect(() => {
    load([], null);
    return () => asked.current?.abort();
  }, [load]);

  const loadOlder = () => {
    if (found.state === 'loaded' && found.cursor !== null) load(found.alerts, found.cursor);
  };
  return { found, loadOlder };
}
