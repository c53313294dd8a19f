import { useState } from 'preact/hooks';
import type { Alert, Camera } from '../api/types';
import { Icon } from '../icons';
import { recall, remember } from '../session/memory';
import { useSession } from '../session/session';
import { feet, lineTo, type Way } from './trails';
import './map.css';

interface Props {
  alert: Alert;
  camera: Camera | null;
  ways: readonly Way[];
}

const MEMORY = 'alert.map';

/** The camera's picture with its zones, the alert's own marked, and the ways of whoever was there. */
export function ZoneMap({ alert, camera, ways }: Props) {
  const { t, label } = useSession();
  const [isOpen, setOpen] = useState(() => recall(MEMORY) === 'open');
  const { width, height } = alert.frame;
  if (!camera || !(width > 0) || !(height > 0)) return null;
  const own = camera.zones.find(({ id }) => id === alert.zone);
  const name = own ? label('zone', own.kind) : t('alert.zone.none');
  return (
    <details
      class="map"
      open={isOpen}
      onToggle={({ currentTarget }) => {
        setOpen(currentTarget.open);
        remember(MEMORY, currentTarget.open ? 'open' : 'closed');
      }}
    >
      <summary>
        <Icon name="map" /> {t('map.title')}
      </summary>
      {isOpen && (
        <div class="map-picture">
          {alert.snapshot && <img src={alert.snapshot} alt="" />}
          <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t('map.picture', { zone: name })}>
            {camera.zones.map((zone) => (
              <g key={zone.id} class={`zone zone-${zone.kind} ${zone === own ? 'zone-own' : ''}`}>
                <polygon
                  points={zone.polygon.map(([x = 0, y = 0]) => `${x * width},${y * height}`).join(' ')}
                />
              </g>
            ))}
            {ways.map((way) => (
              <WayOnMap key={way.track} way={way} radius={height / 60} />
            ))}
          </svg>
        </div>
      )}
      {isOpen && (
        <ul class="map-legend">
          {camera.zones.map((zone) => (
            <li key={zone.id} class={zone === own ? 'zone-name-own' : undefined}>
              {label('zone', zone.kind)} <small>({zone.id})</small>
            </li>
          ))}
          <li>
            <span class="map-first" aria-hidden="true" /> {t('map.first')}
          </li>
          <li>
            <span class="map-last" aria-hidden="true" /> {t('map.last')}
          </li>
        </ul>
      )}
    </details>
  );
}

function WayOnMap({ way, radius }: { way: Way; radius: number }) {
  const first = way.points[0];
  const last = way.points.at(-1);
  if (!first || !last) return null;
  const [x, y] = feet(first.box);
  const [endX, endY] = feet(last.box);
  return (
    <g>
      <polyline class="way" points={lineTo(way)} />
      <circle class="way-first" cx={x} cy={y} r={radius} />
      <rect class="way-last" x={endX - radius} y={endY - radius} width={2 * radius} height={2 * radius} />
    </g>
  );
}
