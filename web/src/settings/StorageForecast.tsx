import { useEffect, useState } from 'preact/hooks';
import { getStatus } from '../api/client';
import type { Status } from '../api/types';
import { useSession } from '../session/session';
import { forecastOf, gigabytes, reachOf } from './forecast';

/** How much video there is, and how long the disk lasts. */
export function StorageForecast() {
  const { t } = useSession();
  const [disk, setDisk] = useState<Status['disk'] | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    // Where it cannot be told nothing is: the rest of the page does not need it.
    getStatus(abort.signal).then(
      (status) => setDisk(status.disk),
      () => undefined,
    );
    return () => abort.abort();
  }, []);
  if (disk === null) return null;
  const { key, ...values } = forecastOf(disk);
  return (
    <>
      <p class="storage-forecast">
        {t('storage.used', { used: gigabytes(disk.used_bytes), quota: gigabytes(disk.quota_bytes) })}{' '}
        <strong>{t(key, values)}</strong>
      </p>
      {disk.reach && (
        <ul class="storage-reach">
          {reachOf(disk.reach).map(({ tier, has, wanted, isShort }) => (
            <li key={tier} class={isShort ? 'wrong' : ''}>
              {t(isShort ? 'storage.reach.short' : 'storage.reach', {
                what: t(`storage.${tier}`),
                has,
                wanted,
              })}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
