import type { JSX } from 'preact';
import type { Answer, Attribute, CameraState, Severity } from './api/types';

// Drawn here, in one weight, so that the page asks for no font and no picture.
const PATHS = {
  speaker: 'M4 9v6h4l5 4V5L8 9H4Zm12-1a5.5 5.5 0 0 1 0 8M18.5 5.5a9.2 9.2 0 0 1 0 13',
  muted: 'M4 9v6h4l5 4V5L8 9H4Zm12.5.5 5 5m0-5-5 5',
  shield: 'M12 3 5 6v5c0 4.6 2.9 8.2 7 10 4.1-1.8 7-5.4 7-10V6l-7-3Zm-3 9 2.2 2.2L15.2 10',
  shieldOff: 'M12 3 5 6v5c0 4.6 2.9 8.2 7 10 4.1-1.8 7-5.4 7-10V6l-7-3ZM4 3l16 18',
  back: 'm15 5-7 7 7 7',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8.5c.6-4 3.600-6 7.500-6s6.900 2 7.500 6',
  close: 'M6 6l12 12M18 6 6 18',
  reload: 'M19 12a7 7 0 1 1-2-4.9M19 3v5h-5',
  warning: 'M12 4 2.8 20h18.4L12 4Zm0 6v5m0 2.4v.2',
  motion: 'M13 4.5a1.5 1.5 0 1 0 0-.1M8 21l3-6-3-3 2-5 4 3 3 1M14 21l-2-5',
  bell: 'M6 17v-6a6 6 0 0 1 12 0v6l1.5 2H4.5L6 17Zm4 2.5a2 2 0 0 0 4 0M12 5V3',
  car: 'M3 17v-4.5l2.5-1 2-4.5h9l2.5 4.5 2 1V17H3Zm0 0v2m18-2v2M5.5 11.5h13M6.5 14.5h1.5m8 0h1.5',
  play: 'M7 4v16l13-8L7 4Z',
  pause: 'M7 5v14m10-14v14',
  stepBack: 'M18 5 9 12l9 7V5ZM5 5v14',
  step: 'm6 5 9 7-9 7V5Zm13 0v14',
  camera: 'M3 7h12v8H3V7Zm12 3 6-3v8l-6-3M6 15v5h6',
  box: 'M5 5h14v14H5V5Z',
  boxOff: 'M5 5h14v14H5V5ZM3 3l18 18',
  full: 'M4 9V4h5m6 0h5v5m0 6v5h-5m-6 0H4v-5',
  undo: 'M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3',
  gear: 'M12 15.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm0-13v3m0 13v3M2.5 12h3m13 0h3M5.3 5.300l2.100 2.100m9.200 9.200 2.100 2.100m0-13.400-2.100 2.100m-9.200 9.200-2.100 2.100',
  grid: 'M4 5h7v6H4V5Zm9 0h7v6h-7V5ZM4 13h7v6H4v-6Zm9 0h7v6h-7v-6Z',
  clipboard: 'M6 5h12v16H6V5Zm3-2h6v4H9V3Zm0 9h6m-6 4h4',
  check: 'm5 12.5 4.5 4.5L19 7',
  print: 'M7 9V3h10v6M7 17H4v-7h16v7h-3M7 14h10v7H7v-7Z',
  map: 'm3 6 6-2 6 2 6-2v14l-6 2-6-2-6 2V6Zm6-2v14m6-12v14',
  trail: 'M5 19c6 0 3-7 8-7s3-7 7-7M4 19h2m13-14h2',
  beside: 'M3 5h11v14H3V5Zm14 0h4v6h-4V5Zm0 9h4v5h-4v-5Z',
  picture: 'M4 5h16v14H4V5Zm0 11 5-5 4 4 3-3 4 4',
  history: 'M4 12a8 8 0 1 0 2.600-5.900L4 8.500M4 4v4.500h4.500M12 8v4.500l3 1.800',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 5 5',
  forward: 'm9 5 7 7-7 7',
  calendar: 'M4 6h16v14H4V6Zm0 5h16M8 3v4m8-4v4',
  lock: 'M6 11h12v9H6v-9Zm2.500 0V8a3.500 3.500 0 0 1 7 0v3',
  lockOpen: 'M6 11h12v9H6v-9Zm2.500 0V7a3.500 3.500 0 0 1 6.800-1.200',
  download: 'M12 4v11m-5-4.500 5 5 5-5M5 20h14',
  zoomIn: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 5 5M8 11h6m-3-3v6',
  zoomOut: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 5 5M8 11h6',
  markIn: 'M11 4H6v16h5M10 12h9',
  markOut: 'M13 4h5v16h-5M5 12h9',
  mask: 'M2 9c1.8 0 2.6.6 4 1.5 3.5-2.3 8.5-2.3 12 0 1.4-.9 2.2-1.5 4-1.5 0 3-1.2 5.5-4 6-1 2.5-4 3.5-6 3.5s-5-1-6-3.5c-2.8-.5-4-3-4-6ZM9.5 12.2h5m-5 3h5',
  hat: 'M4 16v-2.5a7.5 7.5 0 0 1 15 0V16M2.5 16H19l3 1.8c-.5 1-1.700 1.2-3.5 1.2H4c-1 0-1.5-.5-1.5-1.5V16Zm9-10V4',
  gloves:
    'M8 12.5V6.2a1.5 1.5 0 0 1 3 0V4.700a1.5 1.5 0 0 1 3 0v1.5a1.5 1.5 0 0 1 3 0V14c0 1.5-.4 2.4-1 3.3V21H9v-3L4.6 12.6c-1-1.4.8-2.900 2-1.700L8 12.5ZM11 6.2V11m3-5v5m-5 7h7',
  bag: 'M5.5 21V11a6.5 6.5 0 0 1 13 0v10h-13ZM9 5V3.8A1.8 1.8 0 0 1 10.8 2h2.4A1.8 1.8 0 0 1 15 3.8V5m-6.5 9h7v4h-7v-4Z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }): JSX.Element {
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

/** An answer by shape: a full disc with the thing, a ring with the thing struck out, a broken ring with "?". */
export function AnswerShape({ attribute, answer }: { attribute: Attribute; answer: Answer }): JSX.Element {
  return (
    <span class={`answer answer-${answer}`} aria-hidden="true">
      {answer === 'unknown' ? '?' : <Icon name={attribute} />}
    </span>
  );
}
