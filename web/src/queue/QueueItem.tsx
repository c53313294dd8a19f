import { useEffect, useRef, useState } from 'preact/hooks';
import type { Alert, Camera } from '../api/types';
import { Icon, SeverityShape } from '../icons';
import { useSession } from '../session/session';
import { useNow } from '../stream/appliance';
import { dateTimeOf, millis } from '../time';

interface Props {
  alert: Alert;
  camera: Camera | null;
  isChosen: boolean;
  isNew: boolean;
  onChoose: (id: string) => void;
}

export function QueueItem({ alert, camera, isChosen, isNew, onChoose }: Props) {
  const { t, say, label, language } = useSession();
  const zoneKind = camera?.zones.find(({ id }) => id === alert.zone)?.kind;
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isChosen) item.current?.scrollIntoView({ block: 'nearest' });
  }, [isChosen]);

  return (
    <li ref={item} class={`item ${isChosen ? 'chosen' : ''} ${isNew ? 'new' : ''}`}>
      <button
        type="button"
        data-choice
        data-alert={alert.id}
        aria-current={isChosen ? 'true' : undefined}
        onClick={() => onChoose(alert.id)}
      >
        <span class="item-picture">
          <Thumbnail src={alert.snapshot ?? null} />
          {isNew && <span class="new-mark">{t('queue.new')}</span>}
        </span>
        <span class="item-text">
          <span class="item-line">
            <span class={`severity severity-${alert.severity}`}>
              <SeverityShape severity={alert.severity} />
              {t(`severity.${alert.severity}`)}
            </span>
            {alert.open ? (
              <span class="open">{t('alert.open')}</span>
            ) : (
              <span class="closed">{t('alert.closed')}</span>
            )}
          </span>
          <strong class="item-camera">
            {alert.camera_name}
            {alert.zone && <span class="zone"> · {zoneKind ? label('zone', zoneKind) : alert.zone}</span>}
          </strong>
          <span class="item-reason">{say(alert.reason)}</span>
          <span class="item-line item-time">
            <time dateTime={alert.at}>{dateTimeOf(alert.at, language)}</time>
            <Ago at={alert.at} />
          </span>
        </span>
      </button>
    </li>
  );
}

function Ago({ at }: { at: string }) {
  const { ago } = useSession();
  const { nowMs } = useNow();
  return <span class="ago">{nowMs === null ? '' : ago(nowMs - millis(at))}</span>;
}

const RETRIES = 5;
const RETRY_MS = 4_000;

/** The alert's picture; one that is not written yet is asked for again a few times. */
function Thumbnail({ src }: { src: string | null }) {
  const { t } = useSession();
  const [failures, setFailures] = useState(0);
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    if (!isBroken || failures > RETRIES) return undefined;
    const timer = setTimeout(() => setBroken(false), RETRY_MS);
    return () => clearTimeout(timer);
  }, [isBroken, failures]);

  if (src === null || isBroken) {
    return (
      <span class="thumbnail empty" title={t('queue.no_snapshot')}>
        <Icon name="picture" />
      </span>
    );
  }
  const fail = () => {
    setFailures(failures + 1);
    setBroken(true);
  };
  return <img class="thumbnail" src={src} alt="" loading="lazy" decoding="async" onError={fail} />;
}
