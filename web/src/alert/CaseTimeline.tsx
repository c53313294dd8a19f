import { useEffect, useState } from 'preact/hooks';
import { getCase } from '../api/client';
import type { Alert, CaseInFull, TimelineEntry } from '../api/types';
import { useSession } from '../session/session';
import { clockOf } from '../time';
import { caseStamp } from './case';
import './case.css';

interface Props {
  alert: Alert;
  /** All that are listed. */
  alerts: readonly Alert[];
  /** Another one is to be shown. */
  onAlert: (id: string) => void;
}

/** What happened in the alert's case; nothing where the alert is all of it. */
export function CaseTimeline({ alert, alerts, onAlert }: Props) {
  const { t } = useSession();
  const found = useCaseOf(alert, alerts);
  if (!found || found.alerts.length < 2) return null;
  const isListed = (id: string) => id !== alert.id && alerts.some((listed) => listed.id === id);
  return (
    <section class="case" aria-label={t('alert.case')}>
      <h3>{t('alert.case')}</h3>
      <ol>
        {found.timeline.map((entry, place) => (
          <li key={place} class={entry.alert === alert.id ? 'own' : undefined}>
            <time dateTime={entry.at}>{clockOf(entry.at)}</time>
            <Words entry={entry} onAlert={isListed(entry.alert) ? onAlert : null} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Words({ entry, onAlert }: { entry: TimelineEntry; onAlert: ((id: string) => void) | null }) {
  const { t, say } = useSession();
  const words = say(entry.words);
  if (!onAlert) return <span>{words}</span>;
  return (
    <button
      type="button"
      class="link"
      aria-label={t('alert.case.open', { words, time: clockOf(entry.at) })}
      onClick={() => onAlert(entry.alert)}
    >
      {words}
    </button>
  );
}

/** Asked for again whenever one of its alerts changes; what cannot be had is left as it was. */
function useCaseOf(alert: Alert, alerts: readonly Alert[]): CaseInFull | null {
  const [found, setFound] = useState<{ asked: string; is: CaseInFull } | null>(null);
  const id = alert.case ?? null;
  const stamp = id === null ? '' : caseStamp(id, alerts);
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
