import type { DailyReport } from '../api/types';
import { useSession } from '../session/session';
import { formatDuration } from '../time';

/** The day in a few numbers. */
export function Numbers({ report }: { report: DailyReport }) {
  const { t } = useSession();
  const { alerts, claims } = report;
  const length = (seconds: number) => formatDuration(seconds * 1000);
  const reasons = alerts.false_alarm_reasons.map(
    ({ reason, count }) => `${t(`false_alarm.${reason}`)} ${count}`,
  );
  return (
    <div class="numbers">
      <dl class="card number-list">
        <Number n={alerts.total} words={t('report.total')} isMain />
        <Number n={alerts.true_alarms} words={t('report.true')} />
        <Number n={alerts.false_alarms} words={t('report.false')} />
        <Number n={alerts.unsettled} words={t('report.unsettled')} />
      </dl>
      <div class="card number-words">
        <p>
          {t('report.severity', {
            critical: alerts.critical,
            warning: alerts.warning,
            notice: alerts.notice,
          })}
        </p>
        {reasons.length > 0 && (
          <p>
            <span class="soft">{t('report.reasons')}:</span> {reasons.join(', ')}
          </p>
        )}
        <p>
          <span class="soft">{t('report.claims')}:</span>{' '}
          {claims.median_seconds === null || claims.longest_seconds === null ? (
            t('report.claims.none')
          ) : (
            <>
              {t('report.claims.median')} <strong>{length(claims.median_seconds)}</strong>,{' '}
              {t('report.claims.longest')} <strong>{length(claims.longest_seconds)}</strong>
            </>
          )}
          {claims.unclaimed > 0 && `; ${t('report.claims.unclaimed', { n: claims.unclaimed })}`}
        </p>
      </div>
    </div>
  );
}

function Number({ n, words, isMain = false }: { n: number; words: string; isMain?: boolean }) {
  return (
    <div class={`number-entry ${isMain ? 'number-main' : ''}`}>
      <dt>{words}</dt>
      <dd>{n}</dd>
    </div>
  );
}
