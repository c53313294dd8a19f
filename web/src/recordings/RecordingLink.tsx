import type { Alert } from '../api/types';
import { Icon } from '../icons';
import { formatRoute } from '../route/route';
import { useSession } from '../session/session';
import { millis } from '../time';
import { routeOf } from './address';

/** From an alert to what was recorded around it. */
export function RecordingLink({ alert }: { alert: Pick<Alert, 'camera' | 'at'> }) {
  const { t } = useSession();
  return (
    <a class="rec-link" href={formatRoute(routeOf({ cameras: [alert.camera], atMs: millis(alert.at) }))}>
      <Icon name="history" /> {t('recordings.alert.link')}
    </a>
  );
}
