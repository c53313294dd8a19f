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

export interface Sound {
  /** `locked`: the browser wants a click or a key before it lets a page make a sound. */
  state: 'locked' | 'on' | 'off';
  toggle: () => void;
  ring: (severity: Severity) => void;
}

export function useSound(): Sound {
  const context = useRef<AudioContext | null>(null);
  const [isUnlocked, setUnlocked] = useState(false);
  const [isMuted, setMuted] = useState(() => recall('muted') === 'yes');

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

  const ring = useCallback(
    (severity: Severity) => {
      if (context.current && !isMuted)
        play(context.current, SIGNALS[severity], severity === 'critical' ? 0.5 : 0.3);
    },
    [isMuted],
  );
  const toggle = useCallback(() => {
    if (isUnlocking.current && !isMuted) return;
    remember('muted', isMuted ? 'no' : 'yes');
    setMuted(!isMuted);
    if (isMuted && context.current) play(context.current, SIGNALS.notice, 0.3);
  }, [isMuted]);

  const state = isMuted ? 'off' : isUnlocked ? 'on' : 'locked';
  return useMemo(() => ({ state, toggle, ring }), [state, toggle, ring]);
}
