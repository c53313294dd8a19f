import type { ComponentChildren } from 'preact';
import type { DailyReport } from '../api/types';
import { SeverityShape } from '../icons';
import { useSession } from '../session/session';
import { clockOf, dateTimeOf, formatDuration } from '../time';
import { PARTS, total } from './chart';

interface Props {
  report: DailyReport;
}

export function CameraTable({ report }: Props) {
  const { t } = useSession();
  if (report.cameras.length === 0) return null;
  return (
    <Part id="report-cameras" title={t('report.cameras')}>
      <table class="numbers-table">
        <thead>
          <tr>
            <th scope="col">{t('report.camera')}</th>
            <th scope="col">{t('report.true')}</th>
            <th scope="col">{t('report.false')}</th>
            <th scope="col">{t('report.unsettled')}</th>
            <th scope="col">{t('report.all')}</th>
          </tr>
        </thead>
        <tbody>
          {report.cameras.map((camera) => (
            <tr key={camera.camera}>
              <th scope="row">{camera.camera_name}</th>
              {PARTS.map((part) => (
                <td key={part}>{camera[part]}</td>
              ))}
              <td>{total(camera)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Part>
  );
}

export function Escalated({ report, onAlert }: Props & { onAlert: (id: string) => void }) {
  const { t } = useSession();
  const hidden = report.alerts.escalated - report.escalated.length;
  return (
    <Part id="report-escalated" title={t('report.escalated')} count={report.alerts.escalated}>
      {report.escalated.length === 0 && <p class="soft">{t('report.escalated.none')}</p>}
      <ul class="rows">
        {report.escalated.map((alert) => (
          <li key={alert.alert}>
            <button type="button" class="row-button" onClick={() => onAlert(alert.alert)}>
              <SeverityShape severity={alert.severity} />
              <span class="unseen">{t(`severity.${alert.severity}`)}</span>
              <span class="row-words">
                {clockOf(alert.at)} <strong>{alert.camera_name}</strong>
                <small>
                  {t('queue.escalated')} {clockOf(alert.escalated_at)},{' '}
                  {alert.claimed_at
                    ? t('report.escalated.claimed', { time: clockOf(alert.claimed_at) })
                    : t('report.escalated.unclaimed')}
                </small>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {hidden > 0 && <p class="soft">{t('report.escalated.more', { n: hidden })}</p>}
    </Part>
  );
}

export function Outages({ report }: Props) {
  const { t, say } = useSession();
  const length = (seconds: number) => formatDuration(seconds * 1000);
  return (
    <Part id="report-outages" title={t('report.outages')}>
      {report.outages.length === 0 && <p class="soft">{t('report.outages.none')}</p>}
      <ul class="rows">
        {report.outages.map((camera) => (
          <li key={camera.camera}>
            <strong>{camera.camera_name}</strong>:{' '}
            {t('report.outages.times', {
              n: camera.times,
              time: length(camera.seconds),
              longest: length(camera.longest_seconds),
            })}
            {camera.lasts && `; ${t('report.outages.lasts')}`}
            {camera.reason && <small> {say(camera.reason)}</small>}
          </li>
        ))}
      </ul>
    </Part>
  );
}

export function Disarmed({ report }: Props) {
  const { t, language } = useSession();
  return (
    <Part id="report-disarmed" title={t('report.disarmed')}>
      {report.disarmed.length === 0 && <p class="soft">{t('report.disarmed.none')}</p>}
      <ul class="rows">
        {report.disarmed.map((order) => (
          <li key={`${order.from}/${order.until}/${order.reason}`}>
            <strong>{order.camera_name ?? order.group ?? t('report.disarmed.all')}</strong>{' '}
            {dateTimeOf(order.from, language)} – {clockOf(order.until)} <q>{order.reason}</q>
            {order.given_by && <small> {t('report.disarmed.by', { who: order.given_by })}</small>}
            {order.withdrawn_by && <small>, {t('report.disarmed.back', { who: order.withdrawn_by })}</small>}
          </li>
        ))}
      </ul>
    </Part>
  );
}

export function DutyLog({ report }: Props) {
  const { t } = useSession();
  return (
    <Part id="report-duty" title={t('report.duty')}>
      {report.duty.length === 0 && <p class="soft">{t('report.duty.none')}</p>}
      <ul class="rows">
        {report.duty.map(({ at, who, on }) => (
          <li key={`${at}/${who}`}>
            {clockOf(at)} <strong>{who}</strong> {t(on ? 'report.duty.on' : 'report.duty.off')}
          </li>
        ))}
      </ul>
    </Part>
  );
}

/** Ends of the chains of hashes: on paper they speak for the appliance's memory. */
export function Heads({ report }: Props) {
  const { t, language } = useSession();
  return (
    <Part id="report-heads" title={t('report.heads')}>
      <p class="soft">{t('report.heads.words')}</p>
      {report.heads.length === 0 && <p class="soft">{t('report.heads.none')}</p>}
      <ul class="rows">
        {report.heads.map((head) => (
          <li key={`${head.camera ?? ''}/${head.day}`}>
            <strong>{head.camera_name ?? t('audit.title')}</strong>{' '}
            {t(head.camera === null ? 'report.heads.log' : 'report.heads.day', {
              n: head.count,
              day: head.day,
            })}
            <small> {dateTimeOf(head.signed_at, language)}</small>
            <code class="head-link">{head.link.match(/.{1,8}/g)?.join(' ')}</code>
          </li>
        ))}
      </ul>
    </Part>
  );
}

interface PartProps {
  id: string;
  title: string;
  count?: number;
  children: ComponentChildren;
}

function Part({ id, title, count = 0, children }: PartProps) {
  return (
    <section class="card" aria-labelledby={id}>
      <h3 id={id}>
        {title} {count > 0 && <span class="soft">{count}</span>}
      </h3>
      {children}
    </section>
  );
}
