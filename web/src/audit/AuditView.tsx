import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { getAudit } from '../api/audit';
import type { AuditEntry, Camera } from '../api/types';
import { Icon } from '../icons';
import { formatRoute, to } from '../route/route';
import { useSession } from '../session/session';
import { useNow } from '../stream/appliance';
import { dateTimeOf } from '../time';
import { ALL, queryOf, removalOf, type Filter } from './audit';
import { AuditForm } from './AuditForm';
import { wordsOf } from './detail';
import { DeviceSheet } from './DeviceSheet';
import '../report/report.css';
import './audit.css';

interface Props {
  cameras: readonly Camera[];
  /** `device` shows the sheet with the device's key. */
  part: string | null;
  onClose: () => void;
}

/** Who did what, from where, and when: read by auditors and administrators. */
export function AuditView({ cameras, part, onClose }: Props) {
  const { t, me } = useSession();
  const showsDevice = part === 'device';
  const [filter, setFilter] = useState<Filter>(ALL);
  const mayRead = me?.permissions.includes('audit') ?? false;
  const { entries, cursor, state, failure, loadOlder } = useAudit(filter, mayRead && !showsDevice);
  return (
    <main class={showsDevice ? 'audit report' : 'audit'} aria-label={t('audit.title')}>
      <div class="audit-head">
        <button type="button" class="tool" onClick={onClose}>
          <Icon name="back" /> {t('accounts.back')}
        </button>
        <h2>{t(showsDevice ? 'device.title' : 'audit.title')}</h2>
        {mayRead && (
          <a class="tool" href={formatRoute(to('audit', showsDevice ? null : 'device'))}>
            {t(showsDevice ? 'audit.title' : 'device.open')}
          </a>
        )}
      </div>
      {mayRead && showsDevice && <DeviceSheet />}
      {mayRead && !showsDevice && (
        <>
          <p class="soft">{t('audit.words')}</p>
          <AuditForm cameras={cameras} filter={filter} onFilter={setFilter} />
          <div class="audit-scroll">
            <table class="audit-table" aria-busy={state === 'loading'}>
              <thead>
                <tr>
                  <th scope="col">{t('audit.number')}</th>
                  <th scope="col">{t('audit.at')}</th>
                  <th scope="col">{t('audit.who')}</th>
                  <th scope="col">{t('audit.what')}</th>
                  <th scope="col">{t('audit.about')}</th>
                </tr>
              </thead>
              <tbody>
                {entries.map((entry) => (
                  <Row key={entry.number} entry={entry} />
                ))}
              </tbody>
            </table>
          </div>
          <p role="status" class={failure === null ? 'soft' : 'wrong'}>
            {failure !== null && t('accounts.failed', { detail: failure })}
            {failure === null && state === 'loading' && t('search.loading')}
            {failure === null && state === 'loaded' && entries.length === 0 && t('audit.none')}
          </p>
          {cursor !== null && state === 'loaded' && (
            <button type="button" class="tool" onClick={loadOlder}>
              {t('audit.older')}
            </button>
          )}
        </>
      )}
      {!mayRead && <p>{t('audit.refused')}</p>}
    </main>
  );
}

function Row({ entry }: { entry: AuditEntry }) {
  const { t, language } = useSession();
  return (
    <tr data-act={entry.what}>
      <td class="audit-number">{entry.number}</td>
      <td>
        <time dateTime={entry.at}>{dateTimeOf(entry.at, language)}</time>
      </td>
      <td>
        <strong>{entry.who ?? (entry.address === null ? t('audit.appliance') : t('audit.somebody'))}</strong>
        {entry.address !== null && <small> {entry.address}</small>}
      </td>
      <td>{t(`audit.act.${entry.what}`)}</td>
      <td>
        {entry.camera_name !== null && <span>{entry.camera_name} </span>}
        {entry.alert !== null && <a href={formatRoute(to('alerts', entry.alert))}>{t('audit.alert')}</a>}
        <Detail detail={entry.detail} />
      </td>
    </tr>
  );
}

function Detail({ detail }: { detail: string | null }) {
  const { t, language } = useSession();
  if (detail === null) return null;
  const removal = removalOf(detail);
  if (!removal) {
    return <span class="audit-detail">{wordsOf(detail, language)}</span>;
  }
  const { segments, bytes, from, to: until, alerts, reason } = removal;
  return (
    <span class="audit-detail">
      {t('audit.removal', {
        n: segments,
        mb: Math.round(bytes / 1e6),
        from: dateTimeOf(from, language),
        to: dateTimeOf(until, language),
      })}
      {alerts > 0 && t('audit.removal.alerts', { n: alerts })}
      {reason !== null && `: ${reason}`}
    </span>
  );
}

type State = 'loading' | 'loaded' | 'failed';

/** Page by page, newest first. */
function useAudit(filter: Filter, mayRead: boolean) {
  const { offset } = useNow(60_000);
  const [entries, setEntries] = useState<readonly AuditEntry[]>([]);
  const [cursor, setCursor] = useState<string | null>(null);
  const [state, setState] = useState<State>('loading');
  const [failure, setFailure] = useState<string | null>(null);
  const asked = useRef<AbortController | null>(null);
  const load = useCallback(
    (before: readonly AuditEntry[], from: string | null) => {
      asked.current?.abort();
      const abort = new AbortController();
      asked.current = abort;
      setState('loading');
      getAudit(queryOf(filter, offset, from), abort.signal).then(
        ({ items, next_cursor }) => {
          if (abort.signal.aborted) return;
          setEntries([...before, ...items]);
          setCursor(next_cursor);
          setFailure(null);
          setState('loaded');
        },
        (error: unknown) => {
          if (abort.signal.aborted) return;
          setFailure(error instanceof Error ? error.message : String(error));
          setState('failed');
        },
      );
    },
    [filter, offset],
  );
  useEffect(() => {
    if (mayRead) load([], null);
    return () => asked.current?.abort();
  }, [load, mayRead]);
  return { entries, cursor, state, failure, loadOlder: () => load(entries, cursor) };
}
