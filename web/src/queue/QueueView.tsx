import { useEffect, useRef, useState } from 'preact/hooks';
import { getAlerts } from '../api/client';
import type { Camera } from '../api/types';
import { useSession } from '../session/session';
import type { Queue, QueueAction } from './queue';
import { QueueItem } from './QueueItem';
import './queue.css';

interface Props {
  queue: Queue;
  cameras: readonly Camera[];
  dispatch: (action: QueueAction) => void;
  chosen: string | null;
  onChoose: (id: string) => void;
}

export function QueueView({ queue, cameras, dispatch, chosen, onChoose }: Props) {
  const { t } = useSession();
  const unseen = queue.unseen.size;
  return (
    <nav class="queue" aria-label={t('queue.title')}>
      <div class="queue-head">
        <h2>{t('queue.title')}</h2>
        <span class="queue-unseen" role="status">
          {unseen > 0 && <span class="count">{t('queue.unseen', { n: unseen })}</span>}
        </span>
        {unseen > 0 && (
          <button type="button" class="quiet-button" onClick={() => dispatch({ type: 'all_seen' })}>
            {t('queue.all_seen')}
          </button>
        )}
      </div>
      <ol class="queue-list">
        {queue.alerts.map((alert) => (
          <QueueItem
            key={alert.id}
            alert={alert}
            camera={cameras.find(({ id }) => id === alert.camera) ?? null}
            isChosen={alert.id === chosen}
            isNew={queue.unseen.has(alert.id)}
            onChoose={onChoose}
          />
        ))}
        <li class="queue-end">
          <QueueEnd queue={queue} dispatch={dispatch} />
        </li>
      </ol>
      <p class="queue-keys">{t('queue.keys')}</p>
    </nav>
  );
}

/** The end of the list: older alerts load when it comes into view, or by hand. */
function QueueEnd({ queue, dispatch }: Pick<Props, 'queue' | 'dispatch'>) {
  const { t } = useSession();
  const button = useRef<HTMLButtonElement>(null);
  const [state, setState] = useState<'idle' | 'loading' | 'failed'>('idle');
  const { cursor } = queue;

  const loadOlder = () => {
    setState('loading');
    getAlerts(cursor).then(
      (page) => {
        dispatch({ type: 'older', page });
        setState('idle');
      },
      () => setState('failed'),
    );
  };
  useEffect(() => {
    const target = button.current;
    if (!target || state !== 'idle') return undefined;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) target.click();
    });
    observer.observe(target);
    return () => observer.disconnect();
  }, [cursor, state]);

  if (!queue.loaded) return <p>{t('queue.loading')}</p>;
  if (queue.alerts.length === 0) {
    return (
      <p class="queue-empty">
        <strong>{t('queue.empty')}</strong>
        {t('queue.empty.more')}
      </p>
    );
  }
  if (cursor === null) return <p>{t('queue.end')}</p>;
  const words = { idle: 'queue.older', loading: 'queue.loading', failed: 'queue.older.failed' } as const;
  return (
    <button
      ref={button}
      type="button"
      class="quiet-button"
      disabled={state === 'loading'}
      onClick={loadOlder}
    >
      {t(words[state])}
    </button>
  );
}
