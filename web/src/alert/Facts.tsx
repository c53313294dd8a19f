import type { Alert, Camera, CaseInFull, Conduct } from '../api/types';
import { History } from '../handling/History';
import { Lessons } from '../handling/Lessons';
import { useSession } from '../session/session';
import { clockOf, dateOf, formatDuration, millis } from '../time';
import { ResponsePlan } from '../response/ResponsePlan';
import { Evidence } from './Evidence';
import { CaseTimeline } from './CaseTimeline';
import { Persons } from './Persons';
import { RemovedPictures } from './RemovedPictures';
import { ScoreParts } from './ScoreParts';
import type { Way } from './trails';
import { Vehicles } from './Vehicles';
import { ZoneMap } from './ZoneMap';

interface Props {
  alert: Alert;
  /** All that are listed. */
  alerts: readonly Alert[];
  conduct: Conduct;
  onConduct: (conduct: Conduct) => void;
  ways: readonly Way[];
  found: CaseInFull | null;
  camera: Camera | null;
  /** Moves the player to a wall time; null while there is nothing to move. */
  onSeek: ((wallMs: number) => void) | null;
  /** Another alert is to be shown. */
  onAlert: (id: string) => void;
}

/** A crowd makes hundreds of findings; the first ones tell. */
const SHOWN = 40;

export function Facts(props: Props) {
  const { alert, alerts, conduct, onConduct, ways, found, camera, onSeek, onAlert } = props;
  const { t, language, me } = useSession();
  return (
    <div class="facts">
      <ResponsePlan key={alert.id} alert={alert} plan={conduct.plan} onConduct={onConduct} />
      <Persons key={alert.id} alert={alert} />
      <Vehicles alert={alert} />
      <History history={conduct.history} />
      <CaseTimeline alert={alert} found={found} alerts={alerts} onAlert={onAlert} />
      <dl>
        <dt>{t('alert.status')}</dt>
        <dd>{t(alert.open ? 'alert.open' : 'alert.closed')}</dd>
        <dt>{t('alert.camera')}</dt>
        <dd>{alert.camera_name}</dd>
        <dt>{t('alert.zone')}</dt>
        <dd>
          <ZoneName zone={alert.zone ?? null} camera={camera} />
        </dd>
        <dt>{t('alert.at')}</dt>
        <dd>
          <time dateTime={alert.at}>{clockOf(alert.at)}</time>
          <small>{dateOf(alert.at, language)}</small>
        </dd>
        <dt>{t('alert.last_seen')}</dt>
        <dd>
          <time dateTime={alert.last_seen_at}>{clockOf(alert.last_seen_at)}</time>
        </dd>
        <dt>{t('alert.duration')}</dt>
        <dd>{formatDuration(millis(alert.last_seen_at) - millis(alert.at))}</dd>
      </dl>
      <ZoneMap alert={alert} camera={camera} ways={ways} />
      <ScoreParts alert={alert} />
      <Lessons key={alert.id} alert={alert} />
      <Findings alert={alert} onSeek={onSeek} />
      {alert.snapshot && (
        <a class="still" href={alert.snapshot} target="_blank" rel="noreferrer">
          <img src={alert.snapshot} alt="" />
          {t('alert.snapshot')}
        </a>
      )}
      <RemovedPictures alert={alert} />
      {me?.permissions.includes('export') && <Evidence key={alert.id} alert={alert.id} />}
    </div>
  );
}

function ZoneName({ zone, camera }: { zone: string | null; camera: Camera | null }) {
  const { t, label } = useSession();
  if (zone === null) return <>{t('alert.zone.none')}</>;
  const kind = camera?.zones.find(({ id }) => id === zone)?.kind;
  if (!kind) return <>{zone}</>;
  return (
    <>
      {label('zone', kind)} <small class="zone-id">({zone})</small>
    </>
  );
}

function Findings({ alert, onSeek }: Pick<Props, 'alert' | 'onSeek'>) {
  const { t, label } = useSession();
  const hidden = alert.findings.length - SHOWN;
  return (
    <section class="findings">
      <h3>
        {t('alert.findings')} <span class="number">{alert.findings.length}</span>
      </h3>
      <ul>
        {alert.findings.slice(0, SHOWN).map((finding) => {
          const what = label('kind', finding.kind);
          const time = clockOf(finding.at);
          const confidence = Math.round(finding.confidence * 100);
          return (
            <li key={`${finding.track}/${finding.kind}/${finding.at}`}>
              <button
                type="button"
                data-choice
                disabled={onSeek === null}
                title={t('alert.findings.seek', { time, what })}
                onClick={() => onSeek?.(millis(finding.at))}
              >
                <span class="finding-time">{time}</span>
                <span class="finding-kind">{what}</span>
                <span class="finding-confidence">
                  <meter
                    min={0}
                    max={100}
                    value={confidence}
                    aria-label={t('alert.confidence', { n: confidence })}
                  />
                  {confidence}%
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      {hidden > 0 && <p>{t('alert.findings.more', { n: hidden })}</p>}
    </section>
  );
}
