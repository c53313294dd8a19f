import { HiddenMarks } from '../alert/Persons';
import { useRemovedWords } from '../alert/RemovedPictures';
import type { Alert, Camera } from '../api/types';
import { Handled } from '../handling/Handled';
import { Icon, SeverityShape } from '../icons';
import { RecordingLink } from '../recordings/RecordingLink';
import { RetriedPicture } from '../RetriedPicture';
import { formatRoute, to } from '../route/route';
import { useSession } from '../session/session';
import { useNow } from '../stream/appliance';
import { dateTimeOf } from '../time';
import { SearchForm } from './SearchForm';
import type { Search } from './search';
import { useFoundAlerts, type Found } from './useFoundAlerts';
import './search.css';

interface Props {
  cameras: readonly Camera[];
  search: Search;
  onSearch: (search: Search) => void;
}

/** Any alert of any time. What is looked for stands in the address. */
export function SearchView({ cameras, search, onSearch }: Props) {
  const { t } = useSession();
  const { offset } = useNow(60_000);
  const { found, loadOlder } = useFoundAlerts(search, offset);
  return (
    <main class="finder" aria-label={t('search.title')}>
      <SearchForm cameras={cameras} search={search} onSearch={onSearch} />
      <ol class="found-list" aria-busy={found.state === 'loading'}>
        {found.items.map((alert) => (
          <FoundAlert key={alert.id} alert={alert} />
        ))}
        <li class="found-end">
          <div role="status">
            <End found={found} onOlder={loadOlder} />
          </div>
        </li>
      </ol>
    </main>
  );
}

function FoundAlert({ alert }: { alert: Alert }) {
  const { t, say, language } = useSession();
  const removed = useRemovedWords(alert);
  const none = (
    <span class="found-picture none" title={removed ?? undefined}>
      <Icon name="picture" />
    </span>
  );
  return (
    <li class="found" data-alert={alert.id}>
      <a href={formatRoute(to('alerts', alert.id))}>
        <span class="found-frame">
          <RetriedPicture key={alert.snapshot} src={alert.snapshot} alt="" class="found-picture" isLazy>
            {none}
          </RetriedPicture>
          <HiddenMarks persons={alert.persons} />
        </span>
        <span class="found-words">
          <span class="found-line">
            <span class={`severity severity-${alert.severity}`}>
              <SeverityShape severity={alert.severity} />
              {t(`severity.${alert.severity}`)}
            </span>
            {alert.open && <span class="open">{t('alert.open')}</span>}
          </span>
          <strong>{alert.camera_name}</strong>
          <span class="found-reason">{say(alert.reason)}</span>
          <time dateTime={alert.at}>{dateTimeOf(alert.at, language)}</time>
          <span class="soft">
            {alert.state === 'new' ? t('search.state.new') : <Handled alert={alert} />}
          </span>
        </span>
      </a>
      <RecordingLink alert={alert} />
    </li>
  );
}

function End({ found, onOlder }: { found: Found; onOlder: () => void }) {
  const { t } = useSession();
  if (found.state === 'loading') return <p>{t('search.loading')}</p>;
  if (found.state === 'failed') {
    return (
      <p class="wrong">
        <Icon name="warning" /> {t('search.failed', { detail: found.detail })}
      </p>
    );
  }
  if (found.items.length === 0) {
    return (
      <p>
        <strong>{t('search.none')}</strong> {t('search.none.more')}
      </p>
    );
  }
  const shown = <p>{t('search.found', { n: found.items.length })}</p>;
  if (found.cursor === null) return shown;
  return (
    <>
      {shown}
      <button type="button" class="tool" onClick={onOlder}>
        {t('search.older')}
      </button>
    </>
  );
}
