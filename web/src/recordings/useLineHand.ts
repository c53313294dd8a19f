import { useEffect, type MutableRef } from 'preact/hooks';
import { useLatest } from '../browser';
import { momentAt, type Stretch } from './line';

interface Hand {
  /** A moment is dragged to; `isOver` when the hand lets go. */
  onScrub: (atMs: number, isOver: boolean) => void;
  onZoom: (step: 1 | -1, aroundMs: number) => void;
  onMove: (byMs: number) => void;
}

/** Two fingers this much further apart, or closer, are a step of the zoom. */
const PINCH = 1.5;
const WHEEL_STEP_MS = 180;

/** Drag to look, two fingers or the wheel to zoom, the wheel sideways to move on. */
export function useLineHand(track: MutableRef<HTMLElement | null>, window: Stretch, hand: Hand): void {
  const latest = useLatest({ window, ...hand });
  useEffect(() => {
    const target = track.current;
    if (!target) return undefined;
    const fingers = new Map<number, number>();
    let spread = 0;
    let lastZoomMs = 0;
    const moment = (clientX: number): number => {
      const box = target.getBoundingClientRect();
      return momentAt(box.width > 0 ? (clientX - box.left) / box.width : 0, latest.current.window);
    };
    const apart = (): number => {
      const [a = 0, b = 0] = fingers.values();
      return Math.max(Math.abs(a - b), 20);
    };
    const middle = (): number => [...fingers.values()].reduce((sum, x) => sum + x, 0) / fingers.size;

    const down = (event: PointerEvent) => {
      // Marks are pressed, not dragged.
      if (event.button !== 0 || (event.target as Element).closest('button')) return;
      target.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, event.clientX);
      if (fingers.size === 1) latest.current.onScrub(moment(event.clientX), false);
      else spread = apart();
    };
    const move = (event: PointerEvent) => {
      if (!fingers.has(event.pointerId)) return;
      fingers.set(event.pointerId, event.clientX);
      if (fingers.size === 1) {
        latest.current.onScrub(moment(event.clientX), false);
        return;
      }
      const ratio = apart() / spread;
      if (ratio > PINCH || ratio < 1 / PINCH) {
        latest.current.onZoom(ratio > 1 ? 1 : -1, moment(middle()));
        spread = apart();
      }
    };
    const up = (event: PointerEvent) => {
      if (!fingers.delete(event.pointerId) || fingers.size > 0) return;
      latest.current.onScrub(moment(event.clientX), true);
    };
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const { fromMs, toMs } = latest.current.window;
      const sideways = event.shiftKey ? event.deltaY : event.deltaX;
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        latest.current.onMove((sideways / target.clientWidth) * (toMs - fromMs));
      } else if (event.deltaY !== 0 && performance.now() - lastZoomMs > WHEEL_STEP_MS) {
        lastZoomMs = performance.now();
        latest.current.onZoom(event.deltaY < 0 ? 1 : -1, moment(event.clientX));
      }
    };
    target.addEventListener('pointerdown', down);
    target.addEventListener('pointermove', move);
    target.addEventListener('pointerup', up);
    target.addEventListener('pointercancel', up);
    target.addEventListener('wheel', wheel, { passive: false });
    return () => {
      target.removeEventListener('pointerdown', down);
      target.removeEventListener('pointermove', move);
      target.removeEventListener('pointerup', up);
      target.removeEventListener('pointercancel', up);
      target.removeEventListener('wheel', wheel);
    };
  }, [track, latest]);
}
