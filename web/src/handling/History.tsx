import type { Action } from '../api/types';
import { useSession } from '../session/session';
import { clockOf } from '../time';
import { outcomeKey } from './outcome';

/** Who did what with the alert, oldest first; nothing before somebody did. */
export function History({ history }: { history: readonly Action[] }) {
  const { t } = useSession();
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
              {(action.text ?? action.step) && <q>{action.text ?? action.step}</q>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
