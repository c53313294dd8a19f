import { useCallback, useMemo, useRef } from 'preact/hooks';
import { getAlerts, getWaiting } from '../api/client';
import type { Alert, Camera } from '../api/types';
import { outcomeKey } from '../handling/outcome';
import { useSession } from '../session/session';
import type { Ordered } from './order';
import type { Queue, QueueAction } from './queue';
import { LoadMore } from './LoadMore';
import { QueueItem } from './QueueItem';
import { rowsOf, type Row } from './rows';
import { WindowedList } from './WindowedList';
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

/** Asked for at once when the list is scrolled to its end. */
const PAGE = 200;

export function QueueView({ queue, ordered, cameras, dispatch, chosen, settled, onChoose, isAlone }: Props) {
  const { t } = useSession();
  const { waiting } = ordered;
  const { waitingCursor } = queue;
  const before = useRef<Row[]>([]);
  const rows = useMemo(() => {
    before.current = rowsOf(ordered, waitingCursor !== null, before.current);
    return before.current;
  }, [ordered, waitingCursor]);
  const byId = useMemo(() => new Map(cameras.map((camera) => [camera.id, camera])), [cameras]);
  const render = useCallback(
    (row: Row) => {
      switch (row.kind) {
        case 'alert':
          return (
            <QueueItem
              alert={row.alert}
              camera={byId.get(row.alert.camera) ?? null}
              isChosen={row.key === chosen}
              onChoose={onChoose}
            />
          );
        case 'waiting':
          return (
            waitingCursor !== null && (
              <LoadMore
                words="queue.more_waiting"
                cursor={waitingCursor}
                load={async () => dispatch({ type: 'waiting', page: await getWaiting(waitingCursor) })}
              />
            )
          );
        case 'settled':
          return <h3>{t('queue.settled')}</h3>;
        case 'end':
          return <QueueEnd queue={queue} dispatch={dispatch} />;
      }
    },
    [byId, chosen, dispatch, onChoose, queue, t, waitingCursor],
  );
  const count = t(waitingCursor === null ? 'queue.waiting' : 'queue.waiting.more', { n: waiting.length });
  const Frame = isAlone ? 'main' : 'nav';
  return (
    <Frame class="queue" aria-label={t('queue.title')}>
      <div class="queue-head">
        <h2>{t('queue.title')}</h2>
        <span class="queue-waiting" role="status">
          {waiting.length > 0 && <span class="count">{count}</span>}
        </span>
      </div>
      {settled && <Settled alert={settled} onChoose={onChoose} />}
      <WindowedList
        rows={rows}
        chosen={chosen}
        label={t('queue.title')}
        count={waiting.length + ordered.settled.length}
        render={render}
      />
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

/** The end of the list: older alerts load when it comes into view. */
function QueueEnd({ queue, dispatch }: Pick<Props, 'queue' | 'dispatch'>) {
  const { t } = useSession();
  const { cursor } = queue;
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
  return (
    <LoadMore
      words="queue.older"
      cursor={cursor}
      load={async () => dispatch({ type: 'older', page: await getAlerts(cursor, PAGE) })}
    />
  );
}
