import { useEffect, useState } from 'preact/hooks';
import { getPerspective } from '../../api/settings';
import type { StandingPerson } from '../../api/types';

/** How tall persons are in a camera's picture; empty while it has learned too little, null while that is not known. */
export function usePerspective(camera: string): readonly StandingPerson[] | null {
  const [persons, setPersons] = useState<readonly StandingPerson[] | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    // Without it zones can be drawn as well.
    getPerspective(camera, abort.signal).then(setPersons, () => undefined);
    return () => abort.abort();
  }, [camera]);
  return persons;
}
