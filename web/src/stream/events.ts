import { eventsUrl } from '../api/client';
import type { Alert, Camera, Heartbeat } from '../api/types';

export interface Handlers {
  /** Connected, for the first time or again: whatever was missed should be asked for. */
  onOpen: () => void;
  onAlert: (alert: Alert) => void;
  onCamera: (camera: Camera) => void;
  onHeartbeat: (heartbeat: Heartbeat) => void;
}

interface Events {
  alert: Alert;
  camera: Camera;
  heartbeat: Heartbeat;
}

const CHECK_MS = 2_000;
/** A connection that says nothing for this long is dead, even if the browser has not noticed. */
const SILENT_MS = 15_000;

/**
 * Listens to the appliance until the returned function is called. The browser reconnects by itself after an
 * interruption, resuming from the last event; it gives up, however, when the server answers with an error,
 * and never notices a connection that went silent. Both are begun anew here.
 */
export function listen(handlers: Handlers): () => void {
  let source: EventSource | null = null;
  let lastId: string | null = null;
  let heardMs = performance.now();

  const on = <Name extends keyof Events>(name: Name, handle: (data: Events[Name]) => void) => {
    source?.addEventListener(name, (event: MessageEvent<string>) => {
      heardMs = performance.now();
      if (event.lastEventId) lastId = event.lastEventId;
      handle(JSON.parse(event.data) as Events[Name]);
    });
  };
  const open = () => {
    source?.close();
    heardMs = performance.now();
    source = new EventSource(eventsUrl(lastId));
    source.addEventListener('open', handlers.onOpen);
    on('alert', handlers.onAlert);
    on('camera', handlers.onCamera);
    on('heartbeat', handlers.onHeartbeat);
  };

  open();
  const check = setInterval(() => {
    const gaveUp = source?.readyState === EventSource.CLOSED;
    if (gaveUp || performance.now() - heardMs > SILENT_MS) open();
  }, CHECK_MS);
  return () => {
    clearInterval(check);
    source?.close();
  };
}
