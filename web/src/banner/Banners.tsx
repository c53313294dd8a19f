import type { ComponentChildren } from 'preact';
import type { Status } from '../api/types';
import { gigabytes } from '../bytes';
import { Icon } from '../icons';
import { useSession } from '../session/session';
import { useNow, type Connection } from '../stream/appliance';
import { formatClock, wallTime } from '../time';
import { FileBanner } from './FileBanner';
import { diskWords } from './disk';
import './banners.css';

interface Props {
  connection: Connection;
  status: Status | null;
  loadError: string | null;
}

/** What the guard must know about the appliance itself, above everything else. */
export function Banners({ connection, status, loadError }: Props) {
  const { t } = useSession();
  const disk = status?.disk;
  const wrong = disk && diskWords(disk);
  return (
    <div class="banners">
      {connection.state === 'lost' && <LostBanner sinceMs={connection.sinceMs} />}
      {connection.state === 'live' && loadError !== null && (
        <Banner kind="warning">{t('banner.load_failed', { detail: loadError })}</Banner>
      )}
      <FileBanner />
      {disk && wrong && (
        <Banner kind={wrong.kind}>
          {t(wrong.key, wrong.values)}{' '}
          {disk.trouble &&
            t(`banner.disk.${disk.trouble}`, {
              quota: gigabytes(disk.quota_bytes),
              kept: gigabytes(disk.kept_bytes),
            })}
        </Banner>
      )}
    </div>
  );
}

function LostBanner({ sinceMs }: { sinceMs: number | null }) {
  const { t, ago } = useSession();
  const { nowMs, offset } = useNow();
  if (sinceMs === null || nowMs === null) return <Banner kind="critical">{t('banner.lost.never')}</Banner>;
  const time = formatClock(wallTime(sinceMs, offset));
  return <Banner kind="critical">{t('banner.lost', { time, ago: ago(nowMs - sinceMs) })}</Banner>;
}

function Banner({ kind, children }: { kind: 'warning' | 'critical'; children: ComponentChildren }) {
  return (
    <div class={`banner banner-${kind}`} role="alert">
      <Icon name="warning" />
      <p>{children}</p>
    </div>
  );
}
