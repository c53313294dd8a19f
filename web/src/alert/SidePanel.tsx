import type { MutableRef } from 'preact/hooks';
import { useState } from 'preact/hooks';
import type { Alert, Camera, CaseInFull, Conduct } from '../api/types';
import { useHotkeys } from '../browser';
import { useSession } from '../session/session';
import type { PlayerControl } from './AlertView';
import { Beside } from './Beside';
import { Facts } from './Facts';
import type { Way } from './trails';

interface Props {
  alert: Alert;
  /** All that are listed. */
  alerts: readonly Alert[];
  conduct: Conduct;
  onConduct: (conduct: Conduct) => void;
  ways: readonly Way[];
  found: CaseInFull | null;
  camera: Camera | null;
  player: MutableRef<PlayerControl | null>;
  /** Moves the player to a wall time; null while there is nothing to move. */
  onSeek: ((wallMs: number) => void) | null;
  /** Another alert is to be shown. */
  onAlert: (id: string) => void;
}

/** Beside the clip: what is known of the alert or, in its place, what goes on now and what other cameras saw. */
export function SidePanel({ player, ...facts }: Props) {
  const { t } = useSession();
  const [isBeside, setBeside] = useState(false);
  useHotkeys({ c: () => setBeside((old) => !old) });
  const tab = (is: boolean, words: string, title?: string) => (
    <button
      type="button"
      data-choice
      class={`tab ${is === isBeside ? 'chosen' : ''}`}
      aria-current={is === isBeside ? 'true' : undefined}
      title={title}
      onClick={() => setBeside(is)}
    >
      {words}
    </button>
  );
  return (
    <aside class="side" aria-label={t('alert.facts')}>
      <div class="side-tabs">
        {tab(false, t('alert.facts'))}
        {tab(true, t('beside.title'), t('player.beside'))}
      </div>
      {isBeside ? (
        <Beside alert={facts.alert} camera={facts.camera} found={facts.found} player={player} />
      ) : (
        <Facts {...facts} />
      )}
    </aside>
  );
}
