import type { KeepingKeys } from '../api/types';
import { Icon } from '../icons';
import { useSession } from '../session/session';
import { Text } from './Text';
import type { Refusal } from './useSettings';

type Privacy = NonNullable<KeepingKeys['privacy']>;

interface Props {
  value: Privacy;
  /** What holds where nothing is said. */
  usual: Privacy;
  refusal: Refusal | null;
  onValue: (value: Privacy) => void;
}

/** What is told to whoever is seen: it stands on the notice for the door. */
export function PrivacyFields({ value, usual, refusal, onValue }: Props) {
  const { t } = useSession();
  const line = (name: 'office' | 'purpose' | 'contact', placeholder: string) => (
    <Text
      name={`privacy/${name}`}
      label={t(`privacy.${name}`)}
      hint={t(`privacy.${name}.hint`)}
      value={value[name] ?? ''}
      placeholder={placeholder}
      refusal={refusal}
      onValue={(typed) => onValue({ ...value, [name]: typed === '' ? null : typed })}
    />
  );
  return (
    <>
      <h2>{t('privacy.title')}</h2>
      {line('office', '')}
      {line('purpose', usual.purpose ?? '')}
      {line('contact', '')}
      <label class="check">
        <input
          type="checkbox"
          name="privacy/originals_in_evidence"
          checked={value.originals_in_evidence ?? usual.originals_in_evidence ?? false}
          onChange={({ currentTarget: { checked } }) => onValue({ ...value, originals_in_evidence: checked })}
        />
        <span>
          {t('privacy.originals')}
          <small>{t('privacy.originals.hint')}</small>
        </span>
      </label>
      <p>
        <a class="tool notice-link" href="#/notice">
          <Icon name="print" /> {t('notice.open')}
        </a>
      </p>
    </>
  );
}
