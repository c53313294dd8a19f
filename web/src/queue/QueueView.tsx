import { useEffect, useRef, useState } from 'preact/hooks';
import { getAlerts } from '../api/client';
import type { Alert, Camera } from '../api/types';
import { outcomeKey } from '../handling/outcome';
import { useSession } from '../session/session';
import type { Ordered } from './order';
import type { Queue, QueueAction } from './queue';
import { QueueItem } from './QueueItem';
import './queue.css';

interface Props {
  queue: Queue;
  ordered: Ordered;
  cameras: readonly Camera[];
  dispatch: (action: QueueAction) => void;
  chosen: string | null;
  /** What was settled last, for a moment. */
  settled: Alert | null;
  onChoose: (id: string) => void;
  /** Nothing else is shown beside it. */
  isAlone: boolean;
}

export function QueueView({ queue, ordered, cameras, dispatch, chosen, settled, onChoose, isAlone }: Props) {
  const { t } = useSession();
  const items = (alerts: readonly Alert[]) =>
    alerts.map((alert) => (
      <QueueItem
        key={alert.id}
        alert={alert}
        camera={cameras.find(({ id }) => id === alert.camera) ?? null}
        isChosen={alert.id === chosen}
        onChoose={onChoose}
      />
    ));
  const { waiting } = ordered;
  const Frame = isAlone ? 'main' : 'nav';
  return (
    <Frame class="queue" aria-label={t('queue.title')}>
      <div class="queue-head">
        <h2>{t('queue.title')}</h2>
        <span class="queue-waiting" role="status">
          {waiting.length > 0 && <span class="count">{t('queue.waiting', { n: waiting.length })}</span>}
        </span>
      </div>
      {settled && <Settled alert={settled} onChoose={onChoose} />}
      <ol class="queue-list">
        {items(waiting)}
        {ordered.settled.length > 0 && (
          <li class="queue-part">
            <h3>{t('queue.settled')}</h3>
          </li>
        )}
        {items(ordered.settled)}
        <li class="queue-end">
          <QueueEnd queue={queue} dispatch={dispatch} />
        </li>
      </ol>
      <p class="queue-keys">{t('queue.keys')}</p>
    </Frame>
  );
}

/** After an alert was settled the next one is shown; this leads back. */
function Settled({ alert, onChoose }: { alert: Alert; onChoose: (id: string) => void }) {
  const { t } = useSession();
  const outcome = alert.verdict ? t(outcomeKey(alert.verdict, alert.false_alarm_reason)) : '';
  return (
    <p class="queue-told" role="status">
      {alert.camera_name}: {outcome}
      <button type="button" data-choice class="quiet-button" onClick={() => onChoose(alert.id)}>
        {t('queue.settled.back')}
      </button>
    </p>
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
