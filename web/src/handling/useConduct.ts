import { useEffect, useState } from 'preact/hooks';
import { getConduct } from '../api/client';
import type { Alert, Conduct } from '../api/types';

const NOTHING: Conduct = { history: [], plan: [], trails: [] };

/**
 * What was done with the alert, what of the office's plan, and the ways of its tracks. Asked for again whenever the appliance speaks of the alert;
 * what cannot be had is left as it was. The second is for an answer that says it anew.
 */
export function useConduct(alert: Alert): [Conduct, (conduct: Conduct) => void] {
  const [found, setFound] = useState<{ asked: string; is: Conduct } | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    getConduct(alert.id, abort.signal).then(
      ({ history, plan, trails }) => setFound({ asked: alert.id, is: { history, plan, trails } }),
      () => undefined,
    );
    return () => abort.abort();
  }, [alert]);
  const set = ({ history, plan, trails }: Conduct) =>
    setFound({ asked: alert.id, is: { history, plan, trails } });
  return [found?.asked === alert.id ? found.is : NOTHING, set];
}
