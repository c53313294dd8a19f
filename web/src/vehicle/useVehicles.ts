import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { getVehicles } from '../api/client';
import type { Vehicle } from '../api/types';
import { queryOf, type Search } from './search';

export type Found = { vehicles: readonly Vehicle[] } & (
  | { state: 'loading' }
  | { state: 'failed'; detail: string }
  /** `cursor`: where older ones begin; null for none. */
  | { state: 'loaded'; cursor: string | null }
);

const PAGE = 30;

/** What a search finds, page by page. A new search leaves what the last one found until its own comes. */
export function useVehicles(search: Search, offset: number): { found: Found; loadOlder: () => void } {
  const [found, setFound] = useState<Found>({ state: 'loading', vehicles: [] });
  const asked = useRef<AbortController | null>(null);

  const load = useCallback(
    (before: readonly Vehicle[], cursor: string | null) => {
      asked.current?.abort();
      const abort = new AbortController();
      asked.current = abort;
      setFound((old) => ({ state: 'loading', vehicles: old.vehicles }));
      getVehicles(queryOf(search, offset, cursor, PAGE), abort.signal).then(
        (page) => {
          if (abort.signal.aborted) return;
          setFound({ state: 'loaded', vehicles: [...before, ...page.items], cursor: page.next_cursor });
        },
        (error: unknown) => {
          if (abort.signal.aborted) return;
          setFound({
            state: 'failed',
            vehicles: before,
            detail: error instanceof Error ? error.message : String(error),
          });
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
    if (found.state === 'loaded' && found.cursor !== null) load(found.vehicles, found.cursor);
  };
  return { found, loadOlder };
}
