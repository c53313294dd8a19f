import { useState } from 'preact/hooks';
import type { Camera } from '../api/types';
import { Icon } from '../icons';
import { PlateLists } from '../plates/PlateLists';
import { useSession } from '../session/session';
import { useNow } from '../stream/appliance';
import { ANYTHING, type Search } from './search';
import { SearchForm } from './SearchForm';
import { useVehicles, type Found } from './useVehicles';
import { VehicleCard } from './VehicleCard';
import './vehicle.css';

interface Props {
  cameras: readonly Camera[];
  search: Search;
  onSearch: (search: Search) => void;
}

/** Vehicles that came by, and the lists of plates. */
export function VehiclesView({ cameras, search, onSearch }: Props) {
  const { t } = useSession();
  /** The plate for which an entry of the lists is wanted; null while vehicles are looked for. */
  const [listed, setListed] = useState<string | null>(null);
  const tab = (isChosen: boolean, words: string, choose: () => void) => (
    <button
      type="button"
      class={`tab ${isChosen ? 'chosen' : ''}`}
      aria-current={isChosen ? 'page' : undefined}
      onClick={choose}
    >
      {words}
    </button>
  );
  return (
    <main class="vehicles" aria-label={t('vehicle.title')}>
      <nav class="tabs" aria-label={t('vehicle.title')}>
        {tab(listed === null, t('vehicle.tab.search'), () => setListed(null))}
        {tab(listed !== null, t('vehicle.tab.lists'), () => setListed(listed ?? ''))}
      </nav>
      {listed === null ? (
        <Vehicles cameras={cameras} search={search} onSearch={onSearch} onWatch={setListed} />
      ) : (
        <PlateLists wanted={listed} />
      )}
    </main>
  );
}

function Vehicles({ cameras, search, onSearch, onWatch }: Props & { onWatch: (plate: string) => void }) {
  const { offset } = useNow(60_000);
  const { found, loadOlder } = useVehicles(search, offset);
  return (
    <>
      {/* Another plate from a card is another form. */}
      <SearchForm key={search.plate} cameras={cameras} search={search} onSearch={onSearch} />
      <ol class="vehicle-list" aria-busy={found.state === 'loading'}>
        {found.items.map((vehicle) => (
          <VehicleCard
            key={vehicle.track}
            vehicle={vehicle}
            onSame={(plate) => onSearch({ ...ANYTHING, plate })}
            onWatch={onWatch}
          />
        ))}
        <li class="vehicle-end">
          <div role="status">
            <End found={found} onOlder={loadOlder} />
          </div>
        </li>
      </ol>
    </>
  );
}

function End({ found, onOlder }: { found: Found; onOlder: () => void }) {
  const { t } = useSession();
  if (found.state === 'loading') return <p>{t('vehicle.loading')}</p>;
  if (found.state === 'failed') {
    return (
      <p class="wrong">
        <Icon name="warning" /> {t('vehicle.search.failed', { detail: found.detail })}
      </p>
    );
  }
  if (found.items.length === 0) {
    return (
      <p>
        <strong>{t('vehicle.none')}</strong> {t('vehicle.none.more')}
      </p>
    );
  }
  if (found.cursor === null) return <p>{t('vehicle.end')}</p>;
  return (
    <button type="button" class="tool" onClick={onOlder}>
      {t('vehicle.older')}
    </button>
  );
}
