import { useEffect, useRef } from 'preact/hooks';
import type { Key } from '../i18n';
import { useSession } from '../session/session';
import './help.css';

const KEYS: readonly (readonly [string, Key])[] = [
  ['J / K', 'help.choose'],
  ['A', 'help.claim'],
  ['T', 'help.true'],
  ['F 1–5', 'help.false'],
  ['E', 'help.escalate'],
  ['N', 'help.note'],
  ['Space', 'help.play'],
  ['← → , .', 'help.step'],
  ['S B V', 'help.look'],
  ['C', 'help.beside'],
  ['D', 'help.tracks'],
  ['M', 'help.mute'],
  ['X', 'help.vehicles'],
  ['L', 'help.live'],
  ['R', 'help.recordings'],
  ['+ -', 'help.line'],
  ['I O', 'help.stretch'],
  ['/', 'help.search'],
  ['H', 'help.shift'],
  ['Esc', 'help.back'],
  ['?', 'help.title'],
];

/** What each key does. */
export function Help({ onClose }: { onClose: () => void }) {
  const { t } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="help" aria-label={t('help.title')} onClose={onClose}>
      <h2>{t('help.title')}</h2>
      <dl>
        {KEYS.map(([key, words]) => (
          <div key={key}>
            <dt>
              <kbd>{key === 'Space' ? t('help.space') : key}</kbd>
            </dt>
            <dd>{t(words)}</dd>
          </div>
        ))}
      </dl>
      <button type="button" class="tool" onClick={() => dialog.current?.close()}>
        {t('camera.close')}
      </button>
    </dialog>
  );
}
