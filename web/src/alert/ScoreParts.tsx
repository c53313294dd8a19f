import type { Alert } from '../api/types';
import { useSession } from '../session/session';
import { rankedParts, signed } from './parts';
import './parts.css';

/** What the alert's score is made of; nothing for alerts of versions that did not keep it. */
export function ScoreParts({ alert }: { alert: Alert }) {
  const { t, say, language } = useSession();
  const parts = rankedParts(alert.score_parts ?? []);
  if (parts.length === 0) return null;
  return (
    <section class="score-parts">
      <h3>
        {t('alert.score')} <span class="number">{Math.round(alert.score * 100)}%</span>
      </h3>
      <table aria-label={t('alert.score')}>
        <tbody>
          {parts.map((part) => (
            <tr key={part.part}>
              <th scope="row">{say(part.words)}</th>
              <td class={part.log_odds < 0 ? 'against' : undefined}>{signed(part.log_odds, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
