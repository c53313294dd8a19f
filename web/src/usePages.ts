import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/** Part of a long list, and where the next part begins. */
export interface Page<T> {
  items: readonly T[];
  next_cursor?: string | null;
}

/** A long list as far as it is known. */
export type Pages<T> = { items: readonly T[] } & (
  | { state: 'loading' }
  | { state: 'failed'; detail: string }
  /** `cursor`: where older ones begin; null for none. */
  | { state: 'loaded'; cursor: string | null }
);

/**
 * A list that is had page by page: from `ask`, which stays the same function for as long as the same is looked for. What
 * was found stays until what another `ask` finds comes.
 */
export function usePages<T>(ask: (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>): {
  found: Pages<T>;
  loadOlder: () => void;
} {
  const [found, setFound] = useState<Pages<T>>({ state: 'loading', items: [] });
  const asked = useRef<AbortController | null>(null);
  const load = useCallback(
    (before: readonly T[], cursor: string | null) => {
      asked.current?.abort();
      const abort = new AbortController();
      asked.current = abort;
      setFound((old) => ({ state: 'loading', items: old.items }));
      ask(cursor, abort.signal).then(
        ({ items, next_cursor }) => {
          if (abort.signal.aborted) return;
          setFound({ state: 'loaded', items: [...before, ...items], cursor: next_cursor ?? null });
        },
        (error: unknown) => {
          if (abort.signal.aborted) return;
          const detail = error instanceof Error ? error.message : String(error);
          setFound({ state: 'failed', items: before, detail });
        },
      );
    },
    [ask],
  );
  useEffect(() => {
    load([], null);
    return () => asked.current?.abort();
  }, [load]);

  const loadOlder = () => {
    if (found.state === 'loaded' && found.cursor !== null) load(found.items, found.cursor);
  };
  return { found, loadOlder };
}
