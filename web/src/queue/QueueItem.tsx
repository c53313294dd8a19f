import { HiddenMarks } from '../alert/Persons';
import { useRemovedWords } from '../alert/RemovedPictures';
import type { Alert, Camera } from '../api/types';
import { Handled } from '../handling/Handled';
import { Icon, SeverityShape } from '../icons';
import { RetriedPicture } from '../RetriedPicture';
import { useSession } from '../session/session';
import { useNow } from '../stream/appliance';
import { dateTimeOf, millis } from '../time';

interface Props {
  alert: Alert;
  camera: Camera | null;
  isChosen: boolean;
  onChoose: (id: string) => void;
}

export function QueueItem({ alert, camera, isChosen, onChoose }: Props) {
  const { t, say, label, language } = useSession();
  const zoneKind = camera?.zones.find(({ id }) => id === alert.zone)?.kind;
  return (
    <div class={`item item-${alert.state} ${isChosen ? 'chosen' : ''}`}>
      <button
        type="button"
        data-choice
        data-alert={alert.id}
        aria-current={isChosen ? 'true' : undefined}
        onClick={() => onChoose(alert.id)}
      >
        <span class="item-picture">
          <Thumbnail alert={alert} />
          {alert.state === 'new' && <span class="new-mark">{t('queue.new')}</span>}
          <HiddenMarks persons={alert.persons} />
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
          <HandledLine alert={alert} />
          <span class="item-line item-time">
            <time dateTime={alert.at}>{dateTimeOf(alert.at, language)}</time>
            <Ago at={alert.at} />
          </span>
        </span>
      </button>
    </div>
  );
}

/** What guards did with it, where that is something. */
function HandledLine({ alert }: { alert: Alert }) {
  const { t } = useSession();
  const isEscalated = alert.escalated_at !== null && alert.state !== 'resolved';
  if (alert.state === 'new' && !isEscalated) return null;
  return (
    <span class={`item-line handled handled-${alert.verdict ?? alert.state}`}>
      <span>
        <Handled alert={alert} />
      </span>
      {isEscalated && <span class="escalated">{t('queue.escalated')}</span>}
    </span>
  );
}

function Ago({ at }: { at: string }) {
  const { ago } = useSession();
  const { nowMs } = useNow();
  return <span class="ago">{nowMs === null ? '' : ago(nowMs - millis(at))}</span>;
}

function Thumbnail({ alert }: { alert: Alert }) {
  const { t } = useSession();
  const removed = useRemovedWords(alert);
  const src = alert.snapshot ?? null;
  return (
    <RetriedPicture key={src} src={src} alt="" class="thumbnail" isLazy>
      <span class="thumbnail empty" title={removed ?? t('queue.no_snapshot')}>
        <Icon name="picture" />
      </span>
    </RetriedPicture>
  );
}
