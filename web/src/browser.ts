import { useEffect, useLayoutEffect, useRef, useState, type MutableRef } from 'preact/hooks';

/** Whether a media query holds now. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const update = () => setMatches(list.matches);
    update();
    list.addEventListener('change', update);
    return () => list.removeEventListener('change', update);
  }, [query]);
  return matches;
}

/** Whether this tab can be seen at all. */
export function usePageVisible(): boolean {
  const [isVisible, setVisible] = useState(() => document.visibilityState === 'visible');
  useEffect(() => {
    const update = () => setVisible(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', update);
    return () => document.removeEventListener('visibilitychange', update);
  }, []);
  return isVisible;
}

/** Whether the element is (nearly) within view. */
export function useOnScreen(element: MutableRef<Element | null>): boolean {
  const [isOnScreen, setOnScreen] = useState(false);
  useEffect(() => {
    const target = element.current;
    if (!target) return undefined;
    const observer = new IntersectionObserver(
      (entries) => setOnScreen(entries.some((entry) => entry.isIntersecting)),
      { rootMargin: '80px' },
    );
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return isOnScreen;
}

/** The element's width in pixels, 0 before it is laid out. */
export function useWidth(element: MutableRef<Element | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const target = element.current;
    if (!target) return undefined;
    const observer = new ResizeObserver(() => setWidth(target.clientWidth));
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

/** Always the callback of the last rendering, for listeners that stay. */
export function useLatest<T>(value: T): MutableRef<T> {
  const ref = useRef(value);
  // At once: the next key may follow before the picture is drawn.
  useLayoutEffect(() => {
    ref.current = value;
  });
  return ref;
}

/** When somebody was last at the desk (`performance.now()`). */
export function useActivity(): MutableRef<number> {
  const activeMs = useRef(performance.now());
  useEffect(() => {
    const note = (event: Event) => {
      // A layout that moves under a still pointer also makes the browser report a move.
      if (
        event instanceof PointerEvent &&
        event.type === 'pointermove' &&
        !event.movementX &&
        !event.movementY
      ) {
        return;
      }
      activeMs.current = performance.now();
    };
    const kinds = ['pointermove', 'pointerdown', 'keydown', 'wheel'] as const;
    for (const kind of kinds) addEventListener(kind, note, { passive: true });
    return () => {
      for (const kind of kinds) removeEventListener(kind, note);
    };
  }, []);
  return activeMs;
}

/**
 * Keys by their lower-case name. Keys held with Ctrl, Alt or Meta belong to the browser. `first`: before all who did not
 * ask to be.
 */
export function useHotkeys(keys: Readonly<Record<string, (() => void) | undefined>>, first = false): void {
  const latest = useLatest(keys);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
      const handle = latest.current[event.key.toLowerCase()];
      if (!handle || isTaken(event)) return;
      event.preventDefault();
      handle();
    };
    addEventListener('keydown', press, { capture: first });
    return () => removeEventListener('keydown', press, { capture: first });
  }, [latest, first]);
}

/**
 * A dialog has the keys to itself, and in a field every key is text. Space presses the button that has the focus, save those that choose what to watch (`data-choice`): after a
 * click on one of them a guard means the player. Enter presses these.
 */
function isTaken(event: KeyboardEvent): boolean {
  if (document.querySelector('dialog[open]')) return true;
  const target = event.target;
  if (!(target instanceof Element)) return false;
  if (target.closest('input, select, textarea')) return true;
  return event.key === ' ' && target.closest('button:not([data-choice]), a') !== null;
}
