import { useEffect, useState } from 'preact/hooks';
import { getVehiclesOfAlert } from '../api/client';
import type { Alert, Vehicle } from '../api/types';
import { useSession } from '../session/session';
import { VehicleCard } from '../vehicle/VehicleCard';
import '../vehicle/vehicle.css';
import './vehicles.css';

/** The alert's vehicles and what their plates say; nothing where none was looked at. */
export function Vehicles({ alert }: { alert: Alert }) {
  const { t } = useSession();
  const vehicles = useVehiclesOf(alert);
  if (vehicles.length === 0) return null;
  return (
    <section class="alert-vehicles" aria-label={t('alert.vehicles')}>
      <h3>{t('alert.vehicles')}</h3>
      <ul class="alert-vehicle-list">
        {vehicles.map((vehicle) => (
          <VehicleCard key={vehicle.track} vehicle={vehicle} />
        ))}
      </ul>
    </section>
  );
}

/** Asked for again whenever the alert grows; what cannot be had is left as it was. */
function useVehiclesOf(alert: Alert): readonly Vehicle[] {
  const [found, setFound] = useState<{ alert: string; vehicles: readonly Vehicle[] }>({
    alert: '',
    vehicles: [],
  });
  const hasVehicles = alert.findings.some(({ kind }) => kind === 'vehicle' || kind.startsWith('plate_'));
  useEffect(() => {
    if (!hasVehicles) return;
    const abort = new AbortController();
    getVehiclesOfAlert(alert.id, abort.signal).then(
      (page) => {
        if (!abort.signal.aborted) setFound({ alert: alert.id, vehicles: page.items });
      },
      () => undefined,
    );
    return () => abort.abort();
  }, [alert, hasVehicles]);
  return found.alert === alert.id ? found.vehicles : [];
}
