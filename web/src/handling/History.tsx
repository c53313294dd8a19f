import { useEffect, useState } from 'preact/hooks';
import { getHistory } from '../api/client';
import type { Action, Alert } from '../api/types';
import { useSession } from '../session/session';
import { clockOf } from '../time';
import { outcomeKey } from './outcome';

/** Who did what with the alert, oldest first; nothing before somebody did. */
export function History({ alert }: { alert: Alert }) {
  const { t } = useSession();
  const history = useHistory(alert);
  if (history.length === 0) return null;
  return (
    <section class="history" aria-label={t('history.title')}>
      <h3>{t('history.title')}</h3>
      <ol>
        {history.map((action, place) => (
          <li key={place}>
            <time dateTime={action.at}>{clockOf(action.at)}</time>
            <span>
              <strong>{action.who ?? t('history.appliance')}</strong> {t(`history.${action.act}`)}
              {action.verdict && <> {t(outcomeKey(action.verdict, action.false_alarm_reason))}</>}
              {action.text && <q>{action.text}</q>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Asked for again whenever the appliance speaks of the alert; what cannot be had is left as it was. */
function useHistory(alert: Alert): readonly Action[] {
  const [found, setFound] = useState<{ asked: string; is: readonly Action[] } | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    getHistory(alert.id, abort.signal).then(
      (is) => setFound({ asked: alert.id, is }),
      () => undefined,
    );
    return () => abort.abort();
  }, [alert]);
  return found?.asked === alert.id ? found.is : [];
}
