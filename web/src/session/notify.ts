import { useEffect } from 'preact/hooks';
import type { Alert } from '../api/types';
import type { Session } from './session';

/** Asks, with the first click, to be allowed to notify; browsers refuse a page that asks by itself. */
export function useNotifyPermission(): void {
  useEffect(() => {
    if (!('Notification' in window) || Notification.permission !== 'default') return undefined;
    const ask = () => {
      // Whatever the guard answers, the page works.
      Notification.requestPermission().catch(() => undefined);
    };
    addEventListener('click', ask, { once: true });
    return () => removeEventListener('click', ask);
  }, []);
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
