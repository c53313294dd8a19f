import { useEffect, useState } from 'preact/hooks';
import { getAlert } from '../api/client';
import type { Alert } from '../api/types';
import { Handled } from '../handling/Handled';
import { Icon, SeverityShape } from '../icons';
import { formatRoute, to } from '../route/route';
import { useSession } from '../session/session';
import { clockOf } from '../time';

/** What the alert is that was chosen on the line, and the way to it. */
export function AlertHint({ alert: id, onClose }: { alert: string | null; onClose: () => void }) {
  const { t, say } = useSession();
  const [alert, setAlert] = useState<Alert | null>(null);
  useEffect(() => {
    setAlert(null);
    if (id === null) return undefined;
    let isOver = false;
    getAlert(id).then(
      (found) => {
        if (!isOver) setAlert(found);
      },
      // The line still shows where it was.
      () => undefined,
    );
    return () => {
      isOver = true;
    };
  }, [id]);
  if (!alert) return null;
  return (
    <section class="rec-panel" aria-live="polite">
      <h2>
        <span class={`severity severity-${alert.severity}`}>
          <SeverityShape severity={alert.severity} /> {t(`severity.${alert.severity}`)}
        </span>
        <time dateTime={alert.at}>{clockOf(alert.at)}</time>
        <button type="button" class="rec-remove" aria-label={t('camera.close')} onClick={onClose}>
          <Icon name="close" />
        </button>
      </h2>
      <p>{say(alert.reason)}</p>
      {alert.state !== 'new' && (
        <p class="soft">
          <Handled alert={alert} />
        </p>
      )}
      <a class="tool" href={formatRoute(to('alerts', alert.id))}>
        <Icon name="bell" /> {t('recordings.alert.open')}
      </a>
    </section>
  );
}
