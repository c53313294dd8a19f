import { useState } from 'preact/hooks';
import type { Camera } from '../api/types';
import { Icon } from '../icons';
import { MomentField } from '../moment/MomentField';
import { useSession } from '../session/session';
import { ALL, GROUP_NAMES, type Filter, type Group } from './audit';

interface Props {
  cameras: readonly Camera[];
  filter: Filter;
  onFilter: (filter: Filter) => void;
}

/** What is asked for. Choices count at once; a name when it is sent. */
export function AuditForm({ cameras, filter, onFilter }: Props) {
  const { t } = useSession();
  const [who, setWho] = useState(filter.who);
  const change = (part: Partial<Filter>) => onFilter({ ...filter, who, ...part });
  const time = (name: 'from' | 'to') => (
    <MomentField
      label={t(`search.${name}`)}
      kind="minute"
      name={name}
      value={filter[name]}
      onChange={(moment) => change({ [name]: moment })}
    />
  );
  return (
    <form
      class="search audit-form"
      role="search"
      aria-label={t('audit.filter')}
      onSubmit={(event) => {
        event.preventDefault();
        change({});
      }}
    >
      {time('from')}
      {time('to')}
      <label class="field">
        <span>{t('audit.group')}</span>
        <select
          name="group"
          value={filter.group}
          onChange={(event) => change({ group: event.currentTarget.value as Group | '' })}
        >
          <option value="">{t('search.any')}</option>
          {GROUP_NAMES.map((group) => (
            <option key={group} value={group}>
              {t(`audit.group.${group}`)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t('search.camera')}</span>
        <select
          name="camera"
          value={filter.camera}
          onChange={(event) => change({ camera: event.currentTarget.value })}
        >
          <option value="">{t('search.any')}</option>
          {cameras.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t('audit.account')}</span>
        <input
          type="search"
          name="who"
          value={who}
          maxLength={32}
          autoComplete="off"
          autoCapitalize="none"
          spellcheck={false}
          onInput={(event) => setWho(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="tool search-go">
        <Icon name="search" /> {t('search.go')}
      </button>
      <button
        type="button"
        class="tool"
        onClick={() => {
          setWho('');
          onFilter(ALL);
        }}
      >
        {t('audit.clear')}
      </button>
    </form>
  );
}
