import type { Alert } from '../api/types';
import type { Session } from './session';

/** Asks to be allowed to; to be called from a click or a key, for browsers refuse it otherwise. */
export function askToNotify(): void {
  if ('Notification' in window && Notification.permission === 'default') {
    // Whatever the guard answers, the page works.
    Notification.requestPermission().catch(() => undefined);
  }
}

/** Shows new alerts on the desktop while nobody looks at the page. */
export function notify(alerts: readonly Alert[], { t, say }: Session): void {
  if (document.visibilityState === 'visible') return;
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  for (const alert of alerts) {
    const title = `${t(`severity.${alert.severity}`)}: ${alert.camera_name}`;
    const shown = new Notification(title, {
      body: say(alert.reason),
      tag: alert.id,
      requireInteraction: true,
    });
    shown.addEventListener('click', () => {
      window.focus();
      shown.close();
    });
  }
}
