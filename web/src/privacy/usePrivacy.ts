import { useEffect, useState } from 'preact/hooks';
import { getPrivacy, type PrivacyNotice } from '../api/privacy';

/** What is told to whoever is seen; null until it is known. */
export function usePrivacy(): { notice: PrivacyNotice | null; failure: string | null } {
  const [notice, setNotice] = useState<PrivacyNotice | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    getPrivacy(abort.signal).then(setNotice, (error: unknown) => {
      if (!abort.signal.aborted) setFailure(error instanceof Error ? error.message : String(error));
    });
    return () => abort.abort();
  }, []);
  return { notice, failure };
}
