import { useSession } from '../session/session';
import type { Draft } from './useSettings';

interface Props {
  draft: Pick<Draft<unknown>, 'refusal' | 'isOvertaken' | 'isChanged' | 'isSaved' | 'isSaving' | 'reset'>;
  onSave: () => void;
  /** Why it cannot be saved yet, in words. */
  hindrance?: string | null;
  /** Said at its field already. */
  isSaidElsewhere?: boolean;
}

/** Saves what was changed or gives it up, and says what came of it. */
export function SaveBar({ draft, onSave, hindrance = null, isSaidElsewhere = false }: Props) {
  const { t } = useSession();
  const { refusal } = draft;
  return (
    <div class="save-bar">
      <p
        class={`save-told ${refusal || draft.isOvertaken || hindrance ? 'wrong' : draft.isChanged ? 'waits' : ''}`}
        role="status"
      >
        {draft.isOvertaken
          ? t('settings.overtaken')
          : refusal
            ? t(isSaidElsewhere ? 'settings.refused.field' : 'settings.refused', { detail: refusal.detail })
            : (hindrance ??
              (draft.isChanged ? t('settings.unsaved') : draft.isSaved ? t('settings.saved') : ''))}
      </p>
      <button
        type="button"
        class="quiet-button"
        disabled={!draft.isChanged || draft.isSaving}
        onClick={draft.reset}
      >
        {t(draft.isOvertaken ? 'settings.take_theirs' : 'settings.undo_all')}
      </button>
      <button
        type="button"
        class="tool go"
        data-save
        disabled={!draft.isChanged || draft.isSaving || draft.isOvertaken || hindrance !== null}
        onClick={onSave}
      >
        {t('settings.save')}
      </button>
    </div>
  );
}
