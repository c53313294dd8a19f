import { useEffect, useMemo, useState } from 'preact/hooks';
import { getCase } from '../api/client';
import type { Alert, CaseInFull } from '../api/types';
import { caseStamp } from './case';

/** The alert's case, asked for again whenever one of its alerts changes; what cannot be had is left as it was. */
export function useCase(alert: Alert, alerts: readonly Alert[]): CaseInFull | null {
  const [found, setFound] = useState<{ asked: string; is: CaseInFull } | null>(null);
  const id = alert.case ?? null;
  // Of a hundred thousand alerts, not with each picture.
  const stamp = useMemo(() => (id === null ? '' : caseStamp(id, alerts)), [id, alerts]);
  useEffect(() => {
    if (id === null) return;
    const abort = new AbortController();
    getCase(id, abort.signal).then(
      (is) => {
        if (!abort.signal.aborted) setFound({ asked: id, is });
      },
      () => undefined,
    );
    return () => abort.abort();
  }, [id, stamp]);
  return found?.asked === id ? found.is : null;
}
