import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { AccountProps } from './account/AccountMenu';
import { AlertView } from './alert/AlertView';
import { ArmingDialog } from './arming/ArmingDialog';
import { Banners } from './banner/Banners';
import { CameraStrip } from './camera/CameraStrip';
import { CameraView } from './camera/CameraView';
import { useActivity, useHotkeys, useMedia } from './browser';
import type { Alert } from './api/types';
import { Header } from './header/Header';
import { Help } from './help/Help';
import { Icon } from './icons';
import { LiveView } from './live/LiveView';
import { badgeTitle } from './queue/badge';
import { inOrder, neighbour } from './queue/order';
import { QueueView } from './queue/QueueView';
import { SessionProvider, useNewSession } from './session/session';
import { useAlarm } from './session/alarm';
import type { Sound } from './session/sound';
import { ClockProvider, useAppliance } from './stream/appliance';
import { ANYTHING } from './vehicle/search';
import { VehiclesView } from './vehicle/VehiclesView';
import './app.css';

/** What fills the main area. `first` follows the queue until the guard chooses an alert. */
type Choice =
  | { kind: 'first' }
  | { kind: 'alert'; id: string }
  | { kind: 'camera'; id: string }
  | { kind: 'vehicles' }
  | { kind: 'live' };

/** An unattended page goes back to showing the first alert of the queue. */
const UNATTENDED_MS = 60_000;

interface Props extends AccountProps {
  sound: Sound;
}

export function App({ sound, ...account }: Props) {
  const appliance = useAppliance();
  const { queue, dispatch, cameras, connection } = appliance;
  const session = useNewSession(appliance.status, account.me);
  const [choice, setChoice] = useState<Choice>({ kind: 'first' });
  const [search, setSearch] = useState(ANYTHING);
  // On a phone the list and what is chosen share the screen in turn.
  const isNarrow = useMedia('(max-width: 760px)');
  const [isDetailOpen, setDetailOpen] = useState(false);

  const me = session.me?.name ?? null;
  const ordered = useMemo(() => inOrder(queue.alerts, me), [queue.alerts, me]);
  const listed = useMemo(() => [...ordered.waiting, ...ordered.settled], [ordered]);
  const firstId = listed[0]?.id ?? null;
  const alertId = choice.kind === 'first' ? firstId : choice.kind === 'alert' ? choice.id : null;
  const alert = queue.alerts.find((candidate) => candidate.id === alertId) ?? null;
  const camera = choice.kind === 'camera' ? cameras.find(({ id }) => id === choice.id) : undefined;
  const showsVehicles = choice.kind === 'vehicles';
  const showsLive = choice.kind === 'live';
  const showsAlerts = !showsVehicles && !showsLive;
  const showsDetail = showsAlerts && (!isNarrow || isDetailOpen);
  const showsList = showsAlerts && (!isNarrow || !isDetailOpen);

  const chooseAlert = useCallback((id: string) => {
    setChoice({ kind: 'alert', id });
    setDetailOpen(true);
  }, []);
  const chooseCamera = useCallback((id: string) => {
    setChoice({ kind: 'camera', id });
    setDetailOpen(true);
  }, []);
  const showVehicles = useCallback(() => {
    setChoice({ kind: 'vehicles' });
    setDetailOpen(false);
  }, []);
  const showLive = useCallback(() => {
    setChoice({ kind: 'live' });
    setDetailOpen(false);
  }, []);
  const close = useCallback(() => {
    setChoice({ kind: 'first' });
    setDetailOpen(false);
  }, []);

  const activeMs = useActivity();
  useEffect(() => {
    if (performance.now() - activeMs.current > UNATTENDED_MS) setChoice({ kind: 'first' });
  }, [firstId, activeMs]);

  const step = (by: 1 | -1) => {
    if (!showsAlerts) return;
    const id = neighbour(listed, alertId, by);
    if (id !== null) chooseAlert(id);
  };
  const [settled, setSettled] = useState<Alert | null>(null);
  /** Whoever settles the first of ten alerts wants to see the second. */
  const onHandled = (handled: Alert) => {
    dispatch({ type: 'alert', alert: handled });
    const before = ordered.waiting.find(({ id }) => id === handled.id);
    if (handled.state !== 'resolved' || !before) return;
    setSettled(handled);
    const rest = ordered.waiting.filter((other) => other !== before);
    const next = rest[ordered.waiting.indexOf(before)] ?? rest.at(-1);
    setChoice(next ? { kind: 'alert', id: next.id } : { kind: 'first' });
  };
  const [opened, setOpened] = useState<'help' | 'arming' | null>(null);
  useHotkeys({
    j: () => step(1),
    k: () => step(-1),
    m: sound.toggle,
    x: showVehicles,
    l: showLive,
    '?': () => setOpened('help'),
    escape: close,
  });

  const unclaimed = useMemo(() => queue.alerts.filter(({ state }) => state === 'new').length, [queue.alerts]);
  useAlarm(queue, appliance.clock, sound, session);
  const isLost = connection.state === 'lost';
  const name = session.t('app.name');
  useEffect(() => {
    document.title = badgeTitle(name, unclaimed, isLost);
  }, [name, unclaimed, isLost]);

  return (
    <SessionProvider value={session}>
      <ClockProvider value={appliance.clock}>
        <div class={pageClass({ showsDetail, showsList, showsVehicles, showsLive })}>
          <Header
            status={appliance.status}
            arming={appliance.arming}
            sound={sound}
            isLost={isLost}
            waiting={ordered.waiting.length}
            showsVehicles={showsVehicles}
            showsLive={showsLive}
            onVehicles={showVehicles}
            onLive={showLive}
            onAlerts={close}
            onHelp={() => setOpened('help')}
            onArming={() => setOpened('arming')}
            account={account}
          />
          <Banners connection={connection} status={appliance.status} loadError={appliance.loadError} />
          {showsVehicles && <VehiclesView cameras={cameras} search={search} onSearch={setSearch} />}
          {showsLive && <LiveView cameras={cameras} isUnknown={isLost} />}
          {showsList && (
            <QueueView
              queue={queue}
              ordered={ordered}
              cameras={cameras}
              dispatch={dispatch}
              chosen={alertId}
              settled={settled}
              onChoose={chooseAlert}
            />
          )}
          {showsDetail && (
            <main class="detail">
              {isNarrow && (
                <BackBar onBack={close} waiting={ordered.waiting.length} label={session.t('alert.back')} />
              )}
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
                  onHandled={onHandled}
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
        {opened === 'help' && <Help onClose={() => setOpened(null)} />}
        {opened === 'arming' && (
          <ArmingDialog
            arming={appliance.arming}
            cameras={cameras}
            onArming={appliance.setArming}
            onClose={() => setOpened(null)}
          />
        )}
      </ClockProvider>
    </SessionProvider>
  );
}

function pageClass(shown: {
  showsDetail: boolean;
  showsList: boolean;
  showsVehicles: boolean;
  showsLive: boolean;
}): string {
  const { showsDetail, showsList, showsVehicles, showsLive } = shown;
  return [
    'page',
    showsDetail && 'with-detail',
    showsList && 'with-list',
    showsVehicles && 'with-vehicles',
    showsLive && 'with-live',
  ]
    .filter(Boolean)
    .join(' ');
}

function BackBar({ onBack, waiting, label }: { onBack: () => void; waiting: number; label: string }) {
  return (
    <button type="button" class="back-bar" onClick={onBack}>
      <Icon name="back" /> {label}
      {waiting > 0 && <span class="count">{waiting}</span>}
    </button>
  );
}
