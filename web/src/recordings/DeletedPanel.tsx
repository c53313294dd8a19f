import { useEffect, useState } from 'preact/hooks';
import { getDeletions, type DeletedStretch } from '../api/recordings';
import type { Camera } from '../api/types';
import { useSession } from '../session/session';
import { clockOf, dateOf, dateTimeOf } from '../time';

/** What somebody deleted of a camera, who, when and why; nothing where nobody did. */
export function DeletedPanel({ camera, revision }: { camera: Camera; revision: number }) {
  const { t, language } = useSession();
  const [deleted, setDeleted] = useState<readonly DeletedStretch[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    // What is not told now is asked for with the next change.
    getDeletions(camera.id, abort.signal).then(setDeleted, () => undefined);
    return () => abort.abort();
  }, [camera.id, revision]);
  if (deleted.length === 0) return null;
  return (
    <section class="rec-panel rec-kept-list rec-deleted" aria-label={t('recordings.deleted')}>
      <h2>
        {t('recordings.deleted')} <small>{camera.name}</small>
      </h2>
      <ul>
        {deleted.map(({ id, from, to, reason, alerts, deleted_by, deleted_at }) => (
          <li key={id} data-deleted={id}>
            <strong>
              {clockOf(from)} – {clockOf(to)}
            </strong>{' '}
            {dateOf(from, language)}
            <p>{reason}</p>
            <small>
              {t('recordings.deleted.by', { name: deleted_by, time: dateTimeOf(deleted_at, language) })}
              {alerts > 0 && `, ${t('recordings.deleted.alerts', { n: alerts })}`}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}
