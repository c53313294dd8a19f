import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { getShift } from '../api/shift';
import type { Shift } from '../api/types';

const EVERY_MS = 10_000;

/** What one shift leaves to the next, asked for again and again; `reload` after something was said. */
export function useShift(): {
  shift: Shift | null;
  failure: string | null;
  reload: () => void;
  set: (shift: Shift) => void;
} {
  const [shift, setShift] = useState<Shift | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const asked = useRef<AbortController | null>(null);
  const reload = useCallback(() => {
    asked.current?.abort();
    const abort = new AbortController();
    asked.current = abort;
    getShift(abort.signal).then(
      (found) => {
        if (abort.signal.aborted) return;
        setShift(found);
        setFailure(null);
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setFailure(error instanceof Error ? error.message : String(error));
      },
    );
  }, []);
  useEffect(() => {
    reload();
    const timer = setInterval(reload, EVERY_MS);
    return () => {
      clearInterval(timer);
      asked.current?.abort();
    };
  }, [reload]);
  return { shift, failure, reload, set: setShift };
}
