import { useEffect, useRef, useState } from 'preact/hooks';
import type { Key } from '../i18n';
import { useSession } from '../session/session';

interface Props {
  words: Key;
  /** Names what comes: another one is loaded by itself as well. */
  cursor: string;
  load: () => Promise<void>;
}

/** Loads more when it comes into view, or by hand. */
export function LoadMore({ words, cursor, load }: Props) {
  const { t } = useSession();
  const button = useRef<HTMLButtonElement>(null);
  const [state, setState] = useState<'idle' | 'loading' | 'failed'>('idle');
  useEffect(() => {
    const target = button.current;
    if (!target || state !== 'idle') return undefined;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) target.click();
    });
    observer.observe(target);
    return () => observer.disconnect();
  }, [cursor, state]);
  const shown = { idle: words, loading: 'queue.loading', failed: 'queue.older.failed' } as const;
  return (
    <button
      ref={button}
      type="button"
      class="quiet-button"
      disabled={state === 'loading'}
      onClick={() => {
        setState('loading');
        load().then(
          () => setState('idle'),
          () => setState('failed'),
        );
      }}
    >
      {t(shown[state])}
    </button>
  );
}
