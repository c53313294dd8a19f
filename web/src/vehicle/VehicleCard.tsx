import { useEffect, useState } from 'preact/hooks';
import { getVehicle } from '../api/client';
import type { Seen, Sighting, Vehicle, VehicleInFull } from '../api/types';
import { Icon } from '../icons';
import { RetriedPicture } from '../RetriedPicture';
import { useSession } from '../session/session';
import { dateOf, dateTimeOf } from '../time';
import { percent, textOf } from './plate';
import { PlateType } from './PlateType';

interface Props {
  vehicle: Vehicle;
  /** Absent where there is no search to go on with. */
  onSame?: (plate: string) => void;
  onWatch?: (plate: string) => void;
}

/** One coming by: the pictures, what the plate says, why it is suspect, when, where, and how often. */
export function VehicleCard({ vehicle, onSame, onWatch }: Props) {
  const { t, language } = useSession();
  const [isOpen, setOpen] = useState(false);
  const text = textOf(vehicle);
  const kind = t(`class.${vehicle.class}`);
  return (
    <li class="vehicle" data-track={vehicle.track}>
      <div class="vehicle-pictures">
        <Picture src={vehicle.crops.vehicle} what={t('vehicle.picture')} class="vehicle-picture" />
        {vehicle.crops.plate !== null && (
          <Picture src={vehicle.crops.plate} what={t('vehicle.picture.plate')} class="plate-picture" />
        )}
      </div>
      <div class="vehicle-words">
        {text === null ? (
          <span class={`chip verdict-${vehicle.verdict}`}>{t(`verdict.${vehicle.verdict}`)}</span>
        ) : (
          <PlateType candidates={vehicle.candidates} color={vehicle.color} />
        )}
        <Listed vehicle={vehicle} />
        {vehicle.suspicions.length > 0 && (
          <p class="suspect">
            <Icon name="warning" />
            {t('vehicle.suspect', { why: vehicle.suspicions.map((why) => t(`suspicion.${why}`)).join('; ') })}
          </p>
        )}
        <p class="vehicle-where">
          <strong>{vehicle.camera_name}</strong> · {kind}
          {vehicle.stopped && <> · {t('vehicle.stopped')}</>}
        </p>
        <p class="vehicle-when">
          <time dateTime={vehicle.first_at}>{dateTimeOf(vehicle.first_at, language)}</time>
          {vehicle.night !== null && <span class="night">{t('vehicle.night')}</span>}
        </p>
        {vehicle.seen && <Often seen={vehicle.seen} />}
        {vehicle.verdict !== 'not_assessable' && (
          <small>
            {t('vehicle.evidence', {
              n: percent(vehicle.confidence),
              frames: vehicle.frames,
              pixels: vehicle.pixels,
            })}
          </small>
        )}
      </div>
      {text !== null && (
        <div class="vehicle-tools">
          <button type="button" class="quiet-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {t('vehicle.others')}
          </button>
          {onSame && (
            <button type="button" class="quiet-button" onClick={() => onSame(text)}>
              {t('vehicle.same')}
            </button>
          )}
          {onWatch && vehicle.listed === null && (
            <button type="button" class="quiet-button" onClick={() => onWatch(text)}>
              {t('vehicle.watch')}
            </button>
          )}
        </div>
      )}
      {isOpen && <Others track={vehicle.track} />}
    </li>
  );
}

/** How often, and how often by night. */
function Often({ seen: { since, passages, nights } }: { seen: Seen }) {
  const { t, language } = useSession();
  const key =
    passages <= 1 ? 'vehicle.seen.first' : nights === 0 ? 'vehicle.seen.days' : 'vehicle.seen.nights';
  return (
    <p class={`vehicle-seen ${nights > 1 ? 'often' : ''}`}>
      {t(key, { n: passages, nights, date: dateOf(since, language) })}
    </p>
  );
}

function Listed({ vehicle }: { vehicle: Vehicle }) {
  const { t } = useSession();
  const { listed } = vehicle;
  if (!listed) return null;
  return (
    <p class={`listed listed-${listed.kind}`}>
      <span class="chip">{t(`plates.${listed.kind}`)}</span>
      {listed.reason} {!listed.exact && <small>({t('plates.inexact')})</small>}
    </p>
  );
}

function Picture({ src, what, class: name }: { src: string | null; what: string; class: string }) {
  const { t } = useSession();
  const nothing = (
    <span class={`${name} none`} title={t('vehicle.picture.none')}>
      <Icon name="picture" />
    </span>
  );
  if (src === null) return nothing;
  return (
    <a href={src} target="_blank" rel="noreferrer" aria-label={t('vehicle.picture.open', { what })}>
      <RetriedPicture key={src} src={src} alt="" class={name} isLazy>
        {nothing}
      </RetriedPicture>
    </a>
  );
}

/** When and where else the same plate came by. */
function Others({ track }: { track: string }) {
  const { t } = useSession();
  const [found, setFound] = useState<VehicleInFull | 'loading' | 'failed'>('loading');
  useEffect(() => {
    const abort = new AbortController();
    getVehicle(track, abort.signal).then(setFound, () => {
      if (!abort.signal.aborted) setFound('failed');
    });
    return () => abort.abort();
  }, [track]);

  if (found === 'loading') return <p class="others">{t('vehicle.loading')}</p>;
  if (found === 'failed') return <p class="others wrong">{t('vehicle.others.failed')}</p>;
  const { before, others } = found;
  return (
    <div class="others">
      {others.length === 0 ? (
        <p>{t('vehicle.others.none')}</p>
      ) : (
        <ul>
          {others.map((other) => (
            <Other key={other.track} other={other} isBefore={other.track === before?.track} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Other({ other, isBefore }: { other: Sighting; isBefore: boolean }) {
  const { t, language } = useSession();
  return (
    <li>
      <time dateTime={other.at}>{dateTimeOf(other.at, language)}</time>
      <span>{t(other.night === null ? 'vehicle.day' : 'vehicle.night')}</span>
      <span>
        {other.camera_name}
        {other.stopped && ` · ${t('vehicle.stopped')}`}
        {isBefore && <em> · {t('vehicle.others.before')}</em>}
      </span>
    </li>
  );
}
