import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { AccountProps } from './account/AccountMenu';
import { AlertView } from './alert/AlertView';
import { UnknownAlert } from './alert/UnknownAlert';
import { useAlert } from './alert/useAlert';
import { ArmingDialog } from './arming/ArmingDialog';
import { Banners } from './banner/Banners';
import { CameraStrip } from './camera/CameraStrip';
import { CameraView } from './camera/CameraView';
import { AccountsView } from './accounts/AccountsView';
import { AuditView } from './audit/AuditView';
import { useActivity, useHotkeys, useLatest, useMedia } from './browser';
import type { Alert } from './api/types';
import { Header } from './header/Header';
import { Help } from './help/Help';
import { Icon } from './icons';
import { LiveView } from './live/LiveView';
import { badgeTitle } from './queue/badge';
import { inOrder, neighbour } from './queue/order';
import { QueueView } from './queue/QueueView';
import { Rail } from './rail/Rail';
import { RecordingsView } from './recordings/RecordingsView';
import { HOME, to, type Route, type View } from './route/route';
import { useRoute } from './route/useRoute';
import { queryOfSearch as queryOfAlerts, searchOf as alertsOf } from './search/search';
import { SearchView } from './search/SearchView';
import { NoticeView } from './privacy/NoticeView';
import { LazySettings } from './settings/LazySettings';
import { SessionProvider, useNewSession } from './session/session';
import { useAlarm } from './session/alarm';
import { ShiftView } from './shift/ShiftView';
import type { Sound } from './session/sound';
import { ClockProvider, useAppliance } from './stream/appliance';
import { queryOfSearch, searchOf } from './vehicle/search';
import { VehiclesView } from './vehicle/VehiclesView';
import './app.css';

/** An unattended page goes back to showing the first alert of the queue. */
const UNATTENDED_MS = 60_000;

interface Props extends AccountProps {
  sound: Sound;
}

export function App({ sound, ...account }: Props) {
  const appliance = useAppliance();
  const { queue, dispatch, cameras, connection } = appliance;
  const session = useNewSession(appliance.status, account.me);
  const [route, go] = useRoute();
  // On a phone the list and what is chosen share the screen in turn.
  const isNarrow = useMedia('(max-width: 760px)');

  const me = session.me?.name ?? null;
  const ordered = useMemo(() => inOrder(queue.alerts, me), [queue.alerts, me]);
  const listed = useMemo(() => [...ordered.waiting, ...ordered.settled], [ordered]);
  const firstId = listed[0]?.id ?? null;
  const alertId = route.view === 'alerts' ? (route.id ?? firstId) : null;
  const { alert, isMissing } = useAlert(alertId, queue.alerts, queue.loaded);
  const camera = route.view === 'camera' ? cameras.find(({ id }) => id === route.id) : undefined;
  const showsAlerts = route.view === 'alerts' || route.view === 'camera';
  const showsDetail = showsAlerts && (!isNarrow || route.id !== null);
  const showsList = showsAlerts && (!isNarrow || route.id === null);
  // Kept while another view is looked at.
  const kept = useRef<Partial<Record<Route['view'], Route>>>({});
  if (route.view !== 'camera' && route.view !== 'alerts') kept.current[route.view] = route;
  const replace = useCallback((next: Route) => go(next, true), [go]);

  /** Within a view the way back leads out of it, not through all that was looked at. */
  const chooseAlert = useCallback(
    (id: string) => go(to('alerts', id), route.view === 'alerts' && route.id !== null),
    [go, route],
  );
  const chooseCamera = useCallback((id: string) => go(to('camera', id)), [go]);
  const show = useCallback((view: View) => go(kept.current[view] ?? to(view)), [go]);
  const close = useCallback(() => go(HOME), [go]);

  const setsUp = useRef(false);
  setsUp.current = route.view === 'settings';
  const query = route.view === 'search' ? route.query.toString() : '';
  const search = useMemo(() => alertsOf(new URLSearchParams(query)), [query]);

  const activeMs = useActivity();
  useEffect(() => {
    // What is being set up is not thrown away.
    if (performance.now() - activeMs.current > UNATTENDED_MS && !setsUp.current) go(HOME, true);
  }, [firstId, activeMs, go]);

  const step = (by: 1 | -1) => {
    if (!showsAlerts) return;
    const id = neighbour(listed, alertId, by);
    if (id !== null) chooseAlert(id);
  };
  const latestRoute = useLatest(route);
  const [settled, setSettled] = useState<Alert | null>(null);
  /** Whoever settles the first of ten alerts wants to see the second. */
  const onHandled = (handled: Alert) => {
    dispatch({ type: 'alert', alert: handled });
    // It stays in view, whatever comes to the head of the queue; unless whoever asked has gone elsewhere meanwhile.
    const { view, id } = latestRoute.current;
    if (view === 'alerts' && id === null && handled.state !== 'resolved') go(to('alerts', handled.id), true);
    const before = ordered.waiting.find(({ id }) => id === handled.id);
    if (handled.state !== 'resolved' || !before) return;
    setSettled(handled);
    const rest = ordered.waiting.filter((other) => other !== before);
    const next = rest[ordered.waiting.indexOf(before)] ?? rest.at(-1);
    go(next ? to('alerts', next.id) : HOME, true);
  };
  const [opened, setOpened] = useState<'help' | 'arming' | null>(null);
  useHotkeys({
    j: () => step(1),
    k: () => step(-1),
    m: sound.toggle,
    x: () => !setsUp.current && show('vehicles'),
    l: () => !setsUp.current && show('live'),
    r: () => !setsUp.current && show('recordings'),
    h: () => !setsUp.current && show('shift'),
    '/': () => !setsUp.current && show('search'),
    '?': () => setOpened('help'),
    escape: () => !setsUp.current && close(),
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
        <div class={pageClass({ showsDetail, showsList, showsAlerts })}>
          <Header
            status={appliance.status}
            arming={appliance.arming}
            sound={sound}
            isLost={isLost}
            onHelp={() => setOpened('help')}
            onArming={() => setOpened('arming')}
            account={account}
            onAccounts={() => go(to('accounts'))}
            onAudit={() => go(to('audit'))}
          />
          <Banners connection={connection} status={appliance.status} loadError={appliance.loadError} />
          <Rail view={railView(route.view)} waiting={ordered.waiting.length} onView={show} />
          {route.view === 'vehicles' && (
            <VehiclesView
              cameras={cameras}
              search={searchOf(route.query)}
              onSearch={(search) => go(to('vehicles', null, queryOfSearch(search)), true)}
            />
          )}
          {route.view === 'recordings' && (
            <RecordingsView
              cameras={cameras}
              route={route}
              disk={appliance.status?.disk ?? null}
              onRoute={replace}
            />
          )}
          {route.view === 'search' && (
            <SearchView
              cameras={cameras}
              search={search}
              onSearch={(next) => replace(to('search', null, queryOfAlerts(next)))}
            />
          )}
          {route.view === 'live' && <LiveView cameras={cameras} isUnknown={isLost} />}
          {route.view === 'settings' && (
            <LazySettings
              cameras={cameras}
              section={route.id}
              camera={route.query.get('camera')}
              onGo={(section, id) =>
                go(to('settings', section, new URLSearchParams(id === null ? {} : { camera: id })))
              }
            />
          )}
          {route.view === 'shift' && (
            <ShiftView
              part={route.id}
              query={route.query}
              cameras={cameras}
              sound={sound}
              onPart={(part, query) => go(to('shift', part, query), true)}
              onAlert={chooseAlert}
              onCamera={chooseCamera}
            />
          )}
          {route.view === 'accounts' && <AccountsView cameras={cameras} onClose={close} />}
          {route.view === 'audit' && <AuditView cameras={cameras} part={route.id} onClose={close} />}
          {route.view === 'notice' && <NoticeView onClose={close} />}
          {showsList && (
            <QueueView
              queue={queue}
              ordered={ordered}
              cameras={cameras}
              dispatch={dispatch}
              chosen={alertId}
              settled={settled}
              onChoose={chooseAlert}
              isAlone={!showsDetail}
            />
          )}
          {showsDetail && (
            <main class="detail">
              {isNarrow && (
                <BackBar onBack={close} waiting={ordered.waiting.length} label={session.t('alert.back')} />
              )}
              {camera ? (
                <CameraView key={camera.id} camera={camera} isUnknown={isLost} onClose={close} />
              ) : alert === null && route.id !== null && queue.loaded ? (
                <UnknownAlert isMissing={isMissing} />
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

/** The part of the rail that a view belongs to. */
function railView(view: Route['view']): View | null {
  if (view === 'camera') return 'alerts';
  return view === 'accounts' || view === 'audit' || view === 'notice' ? null : view;
}

function pageClass(shown: { showsDetail: boolean; showsList: boolean; showsAlerts: boolean }): string {
  const { showsDetail, showsList, showsAlerts } = shown;
  return ['page', showsDetail && 'with-detail', showsList && 'with-list', !showsAlerts && 'with-view']
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
