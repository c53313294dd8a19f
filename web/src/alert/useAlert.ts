import { useEffect, useState } from 'preact/hooks';
import { ApiError, getAlert } from '../api/client';
import type { Alert } from '../api/types';

const RETRY_MS = 3_000;

/**
 * The alert of an address: among those that are listed, or else asked for. `missing` where there is none, or none that
 * one may see.
 */
export function useAlert(
  id: string | null,
  listed: readonly Alert[],
  isLoaded: boolean,
): { alert: Alert | null; isMissing: boolean } {
  const known = listed.find((alert) => alert.id === id) ?? null;
  const [found, setFound] = useState<{ id: string; alert: Alert | null } | null>(null);
  const wanted = known === null && isLoaded ? id : null;
  useEffect(() => {
    if (wanted === null) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const ask = () => {
      getAlert(wanted).then(
        (alert) => {
          if (!isOver) setFound({ id: wanted, alert });
        },
        (error: unknown) => {
          if (isOver) return;
          if (error instanceof ApiError && error.status === 404) setFound({ id: wanted, alert: null });
          else timer = setTimeout(ask, RETRY_MS);
        },
      );
    };
    ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [wanted]);
  const answer = found !== null && found.id === id ? found : null;
  return {
    alert: known ?? answer?.alert ?? null,
    isMissing: known === null && answer !== null && answer.alert === null,
  };
}
