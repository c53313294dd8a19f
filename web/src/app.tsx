import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { AccountProps } from './account/AccountMenu';
import { AlertView } from './alert/AlertView';
import { Banners } from './banner/Banners';
import { CameraStrip } from './camera/CameraStrip';
import { CameraView } from './camera/CameraView';
import { useActivity, useHotkeys, useMedia } from './browser';
import { Header } from './header/Header';
import { Icon } from './icons';
import { badgeTitle } from './queue/badge';
import { neighbour, ringFor } from './queue/queue';
import { QueueView } from './queue/QueueView';
import { SessionProvider, useNewSession } from './session/session';
import type { Sound } from './session/sound';
import { ClockProvider, useAppliance } from './stream/appliance';
import { ANYTHING } from './vehicle/search';
import { VehiclesView } from './vehicle/VehiclesView';
import './app.css';

/** What fills the main area. `newest` follows new alerts until the guard chooses one. */
type Choice =
  { kind: 'newest' } | { kind: 'alert'; id: string } | { kind: 'camera'; id: string } | { kind: 'vehicles' };

/** An unattended page goes back to showing the newest alert. */
const UNATTENDED_MS = 60_000;

interface Props extends AccountProps {
  sound: Sound;
}

export function App({ sound, ...account }: Props) {
  const appliance = useAppliance();
  const { queue, dispatch, cameras, connection } = appliance;
  const session = useNewSession(appliance.status, account.me);
  const [choice, setChoice] = useState<Choice>({ kind: 'newest' });
  const [search, setSearch] = useState(ANYTHING);
  // On a phone the list and what is chosen share the screen in turn.
  const isNarrow = useMedia('(max-width: 760px)');
  const [isDetailOpen, setDetailOpen] = useState(false);

  const newestId = queue.alerts[0]?.id ?? null;
  const alertId = choice.kind === 'newest' ? newestId : choice.kind === 'alert' ? choice.id : null;
  const alert = queue.alerts.find((candidate) => candidate.id === alertId) ?? null;
  const camera = choice.kind === 'camera' ? cameras.find(({ id }) => id === choice.id) : undefined;
  const showsVehicles = choice.kind === 'vehicles';
  const showsDetail = !showsVehicles && (!isNarrow || isDetailOpen);
  const showsList = !showsVehicles && (!isNarrow || !isDetailOpen);

  const chooseAlert = useCallback(
    (id: string) => {
      setChoice({ kind: 'alert', id });
      setDetailOpen(true);
      dispatch({ type: 'seen', id });
    },
    [dispatch],
  );
  const chooseCamera = useCallback((id: string) => {
    setChoice({ kind: 'camera', id });
    setDetailOpen(true);
  }, []);
  const showVehicles = useCallback(() => {
    setChoice({ kind: 'vehicles' });
    setDetailOpen(false);
  }, []);
  const close = useCallback(() => {
    setChoice({ kind: 'newest' });
    setDetailOpen(false);
  }, []);

  const activeMs = useActivity(() => {
    if (alertId !== null && showsDetail) dispatch({ type: 'seen', id: alertId });
  });
  useEffect(() => {
    if (performance.now() - activeMs.current > UNATTENDED_MS) setChoice({ kind: 'newest' });
  }, [newestId, activeMs]);

  const step = (by: 1 | -1) => {
    if (showsVehicles) return;
    const id = neighbour(queue.alerts, alertId, by);
    if (id !== null) chooseAlert(id);
  };
  useHotkeys({
    j: () => step(1),
    k: () => step(-1),
    m: sound.toggle,
    x: showVehicles,
    escape: close,
  });

  const { ring } = sound;
  const before = useRef(queue);
  useEffect(() => {
    const severity = ringFor(before.current, queue);
    before.current = queue;
    if (severity) ring(severity);
  }, [queue, ring]);

  const unseen = queue.unseen.size;
  const isLost = connection.state === 'lost';
  const name = session.t('app.name');
  useEffect(() => {
    document.title = badgeTitle(name, unseen, isLost);
  }, [name, unseen, isLost]);

  return (
    <SessionProvider value={session}>
      <ClockProvider value={appliance.clock}>
        <div class={pageClass({ showsDetail, showsList, showsVehicles })}>
          <Header
            status={appliance.status}
            arming={appliance.arming}
            sound={sound}
            isLost={isLost}
            unseen={unseen}
            showsVehicles={showsVehicles}
            onVehicles={showVehicles}
            onAlerts={close}
            account={account}
          />
          <Banners connection={connection} status={appliance.status} loadError={appliance.loadError} />
          {showsVehicles && <VehiclesView cameras={cameras} search={search} onSearch={setSearch} />}
          {showsList && (
            <QueueView
              queue={queue}
              cameras={cameras}
              dispatch={dispatch}
              chosen={alertId}
              onChoose={chooseAlert}
            />
          )}
          {showsDetail && (
            <main class="detail">
              {isNarrow && <BackBar onBack={close} unseen={unseen} label={session.t('alert.back')} />}
              {camera ? (
                <CameraView key={camera.id} camera={camera} isUnknown={isLost} onClose={close} />
              ) : (
                <AlertView
                  key={alert?.id}
                  alert={alert}
                  alerts={queue.alerts}
                  cameras={cameras}
                  isLoaded={queue.loaded}
                  onAlert={chooseAlert}
                />
              )}
            </main>
          )}
          {showsList && (
            <CameraStrip
              cameras={cameras}
              chosen={camera?.id ?? null}
              isUnknown={isLost}
              onChoose={chooseCamera}
            />
          )}
        </div>
      </ClockProvider>
    </SessionProvider>
  );
}

function pageClass(shown: { showsDetail: boolean; showsList: boolean; showsVehicles: boolean }): string {
  const { showsDetail, showsList, showsVehicles } = shown;
  return ['page', showsDetail && 'with-detail', showsList && 'with-list', showsVehicles && 'with-vehicles']
    .filter(Boolean)
    .join(' ');
}

function BackBar({ onBack, unseen, label }: { onBack: () => void; unseen: number; label: string }) {
  return (
    <button type="button" class="back-bar" onClick={onBack}>
      <Icon name="back" /> {label}
      {unseen > 0 && <span class="count">{unseen}</span>}
    </button>
  );
}
