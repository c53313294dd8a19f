import type { Alert, CaseInFull, TimelineEntry } from '../api/types';
import { useSession } from '../session/session';
import { clockOf } from '../time';
import './case.css';

interface Props {
  alert: Alert;
  found: CaseInFull | null;
  /** All that are listed. */
  alerts: readonly Alert[];
  /** Another one is to be shown. */
  onAlert: (id: string) => void;
}

/** What happened in the alert's case; nothing where the alert is all of it. */
export function CaseTimeline({ alert, found, alerts, onAlert }: Props) {
  const { t } = useSession();
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
