import { useEffect, useState } from 'preact/hooks';
import { getDevice } from '../api/audit';
import type { Device } from '../api/types';
import { Icon } from '../icons';
import { useSession } from '../session/session';
import { dateTimeOf } from '../time';

/** The device's key, to be printed once and kept in the office's records. */
export function DeviceSheet() {
  const { t, language } = useSession();
  const [device, setDevice] = useState<Device | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    getDevice(abort.signal).then(setDevice, (error: unknown) => {
      if (!abort.signal.aborted) setFailure(error instanceof Error ? error.message : String(error));
    });
    return () => abort.abort();
  }, []);
  if (failure !== null) {
    return (
      <p class="wrong" role="alert">
        {t('accounts.failed', { detail: failure })}
      </p>
    );
  }
  if (device === null) return <p role="status">{t('search.loading')}</p>;
  const { qr } = device;
  return (
    <article class="device-sheet card">
      <h3>{t('device.title')}</h3>
      <p>{t('device.words')}</p>
      <div class="device-parts">
        <svg
          class="qr"
          role="img"
          aria-label={t('device.qr')}
          viewBox={`0 0 ${qr.size} ${qr.size}`}
          shape-rendering="crispEdges"
        >
          <rect width={qr.size} height={qr.size} fill="#fff" />
          <path d={qr.path} fill="#000" />
        </svg>
        <dl>
          <dt>{t('device.fingerprint')}</dt>
          <dd class="device-digits device-fingerprint">{device.fingerprint}</dd>
          <dt>{t('device.key')}</dt>
          <dd class="device-digits">{device.public_key.match(/.{1,8}/g)?.join(' ')}</dd>
          <dt>{t('device.appliance')}</dt>
          <dd class="device-digits">{device.appliance}</dd>
          <dt>{t('device.at')}</dt>
          <dd>
            {dateTimeOf(device.at, language)}, canhdem {device.version}
          </dd>
        </dl>
      </div>
      <p class="soft">{t('device.verify')}</p>
      <p class="device-sign">
        <span>{t('device.sign.given')}</span>
        <span>{t('device.sign.taken')}</span>
      </p>
      <button type="button" class="tool device-print" onClick={() => print()}>
        <Icon name="print" /> {t('report.print')}
      </button>
    </article>
  );
}
