import { useState } from 'preact/hooks';
import { Icon } from '../../icons';
import { useSession } from '../../session/session';

interface NameProps {
  id: string;
  label: string;
  onFocus: () => void;
  /** Each letter counts, so that it can be saved from within the field. */
  onType: (id: string) => void;
  onTyped: () => void;
}

/** Its id, which is changed as it is typed. */
export function Name({ id, label, onFocus, onType, onTyped }: NameProps) {
  // As it is typed, with spaces at its ends; whatever else happens on the page must not take it away.
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <input
      class="drawn-name"
      aria-label={label}
      value={draft ?? id}
      maxLength={40}
      spellcheck={false}
      autoComplete="off"
      onFocus={onFocus}
      onInput={(event) => {
        setDraft(event.currentTarget.value);
        onType(event.currentTarget.value.trim());
      }}
      onBlur={() => {
        setDraft(null);
        onTyped();
      }}
    />
  );
}

export function Remove({ id, onRemove }: { id: string; onRemove: () => void }) {
  const { t } = useSession();
  return (
    <button
      type="button"
      class="tool"
      title={t('zones.remove', { id })}
      aria-label={t('zones.remove', { id })}
      onClick={onRemove}
    >
      <Icon name="close" />
    </button>
  );
}
