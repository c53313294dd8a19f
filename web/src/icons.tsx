import type { JSX } from 'preact';
import type { CameraState, Severity } from './api/types';

// Drawn here, in one weight, so that the page asks for no font and no picture.
const PATHS = {
  speaker: 'M4 9v6h4l5 4V5L8 9H4Zm12-1a5.5 5.5 0 0 1 0 8M18.5 5.5a9.2 9.2 0 0 1 0 13',
  muted: 'M4 9v6h4l5 4V5L8 9H4Zm12.5.5 5 5m0-5-5 5',
  shield: 'M12 3 5 6v5c0 4.6 2.9 8.2 7 10 4.1-1.8 7-5.4 7-10V6l-7-3Zm-3 9 2.2 2.2L15.2 10',
  shieldOff: 'M12 3 5 6v5c0 4.6 2.9 8.2 7 10 4.1-1.8 7-5.4 7-10V6l-7-3ZM4 3l16 18',
  back: 'm15 5-7 7 7 7',
  close: 'M6 6l12 12M18 6 6 18',
  reload: 'M19 12a7 7 0 1 1-2-4.9M19 3v5h-5',
  warning: 'M12 4 2.8 20h18.4L12 4Zm0 6v5m0 2.4v.2',
  motion: 'M13 4.5a1.5 1.5 0 1 0 0-.1M8 21l3-6-3-3 2-5 4 3 3 1M14 21l-2-5',
  picture: 'M4 5h16v14H4V5Zm0 11 5-5 4 4 3-3 4 4',
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Severity by shape as well as colour: circle, triangle, octagon. */
export function SeverityShape({ severity }: { severity: Severity }): JSX.Element {
  return (
    <svg class={`shape shape-${severity}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {severity === 'notice' && <circle cx="12" cy="12" r="9" />}
      {severity === 'warning' && <path d="M12 2.6 23 21.4H1L12 2.6Z" />}
      {severity === 'critical' && <path d="M7.6 1.5h8.8l6.1 6.1v8.8l-6.1 6.1H7.6l-6.1-6.1V7.6l6.1-6.1Z" />}
      {severity === 'notice' ? (
        <path class="ink" d="M12 10.6v6m0-9.2v.2" />
      ) : (
        <path class="ink" d={severity === 'warning' ? 'M12 9v6m0 2.7v.2' : 'M12 6.5v7m0 3.4v.2'} />
      )}
    </svg>
  );
}

/** A camera's state by shape: full disc, ring, cross; a ring also for what is not known. */
export function StateShape({ state }: { state: CameraState | 'unknown' }): JSX.Element {
  return (
    <svg class={`shape state-${state}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {state === 'live' && <circle cx="12" cy="12" r="8" />}
      {(state === 'connecting' || state === 'unknown') && <circle class="ring" cx="12" cy="12" r="7" />}
      {state === 'lost' && <path class="cross" d="m5 5 14 14M19 5 5 19" />}
    </svg>
  );
}
