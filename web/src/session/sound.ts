import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Severity } from '../api/types';
import { recall, remember } from './memory';

/** One tone of a signal: start and length in seconds, pitch in hertz. */
interface Tone {
  at: number;
  length: number;
  hertz: number;
}

const chime: readonly Tone[] = [
  { at: 0, length: 0.18, hertz: 660 },
  { at: 0.2, length: 0.32, hertz: 880 },
];
// Fast, rising and repeated: it must wake somebody, and be told from the chime through a wall.
const alarm: readonly Tone[] = [0, 1, 2].flatMap((round) =>
  [740, 988, 1319].map((hertz, i) => ({ at: round * 0.6 + i * 0.15, length: 0.14, hertz })),
);
export const SIGNALS: Readonly<Record<Severity, readonly Tone[]>> = {
  notice: chime.slice(0, 1),
  warning: chime,
  critical: alarm,
};

function play(context: AudioContext, tones: readonly Tone[], volume: number): void {
  const start = context.currentTime + 0.02;
  for (const tone of tones) {
    const oscillator = new OscillatorNode(context, { type: 'triangle', frequency: tone.hertz });
    const gain = new GainNode(context, { gain: 0 });
    const from = start + tone.at;
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(volume, from + 0.015);
    gain.gain.exponentialRampToValueAtTime(0.001, from + tone.length);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(from);
    oscillator.stop(from + tone.length + 0.02);
  }
}

/** Nobody sleeps through the night because somebody forgot to turn the sound on again. */
export const MUTE_MS = 5 * 60_000;

export interface Sound {
  /** `locked`: the browser wants a click or a key before it lets a page make a sound. */
  state: 'locked' | 'on' | 'off';
  /** While it is off, for how long still. */
  mutedForMs: number;
  /** Off for five minutes, or on again. */
  toggle: () => void;
  ring: (severity: Severity) => void;
}

/** For how long the sound stays off, from what was remembered; nothing that lasts longer than a mute may. */
export function muteLeft(remembered: string | null, nowMs: number): number {
  const untilMs = Number(remembered ?? 0);
  const left = untilMs - nowMs;
  return left > 0 && left <= MUTE_MS ? left : 0;
}

/** Off until a time that is remembered over a reload. */
function useMute() {
  const [leftMs, setLeft] = useState(() => muteLeft(recall('muted-until'), Date.now()));
  const isMuted = leftMs > 0;
  useEffect(() => {
    if (!isMuted) return undefined;
    const timer = setInterval(() => setLeft(muteLeft(recall('muted-until'), Date.now())), 1000);
    return () => clearInterval(timer);
  }, [isMuted]);
  const setMuted = useCallback((next: boolean) => {
    remember('muted-until', next ? String(Date.now() + MUTE_MS) : '0');
    setLeft(next ? MUTE_MS : 0);
  }, []);
  return { leftMs, isMuted, setMuted };
}

/** The browser's sound, which it only gives after a click or a key. */
function useUnlockedAudio() {
  const context = useRef<AudioContext | null>(null);
  const [isUnlocked, setUnlocked] = useState(false);
  // Whether the gesture under way found the sound locked: then unlocking is all it does.
  const isUnlocking = useRef(true);
  useEffect(() => {
    const unlock = () => {
      context.current ??= new AudioContext();
      const audio = context.current;
      void audio.resume().then(() => setUnlocked(audio.state === 'running'));
    };
    const begin = () => {
      isUnlocking.current = context.current?.state !== 'running';
      unlock();
    };
    addEventListener('pointerdown', begin, { capture: true });
    addEventListener('keydown', begin, { capture: true });
    // A finger counts as a gesture for the browser when it leaves the screen.
    addEventListener('pointerup', unlock, { capture: true });
    return () => {
      removeEventListener('pointerdown', begin, { capture: true });
      removeEventListener('keydown', begin, { capture: true });
      removeEventListener('pointerup', unlock, { capture: true });
      void context.current?.close();
      context.current = null;
    };
  }, []);
  return { context, isUnlocked, isUnlocking };
}

export function useSound(): Sound {
  const { context, isUnlocked, isUnlocking } = useUnlockedAudio();
  const { leftMs, isMuted, setMuted } = useMute();

  const ring = useCallback(
    (severity: Severity) => {
      if (context.current && !isMuted)
        play(context.current, SIGNALS[severity], severity === 'critical' ? 0.5 : 0.3);
    },
    [context, isMuted],
  );
  const toggle = useCallback(() => {
    if (isUnlocking.current && !isMuted) return;
    setMuted(!isMuted);
    if (isMuted && context.current) play(context.current, SIGNALS.notice, 0.3);
  }, [context, isUnlocking, isMuted, setMuted]);

  const state = isMuted ? 'off' : isUnlocked ? 'on' : 'locked';
  return useMemo(() => ({ state, mutedForMs: leftMs, toggle, ring }), [state, leftMs, toggle, ring]);
}
