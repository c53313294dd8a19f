import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Attribute, Camera } from '../api/types';
import { useMedia } from '../browser';
import { Icon } from '../icons';
import { MomentField } from '../moment/MomentField';
import { useSession } from '../session/session';
import {
  ANYTHING,
  ATTRIBUTES,
  isPlate,
  isText,
  KINDS,
  SEVERITIES,
  STATES,
  VERDICTS,
  type Search,
} from './search';

interface Props {
  cameras: readonly Camera[];
  search: Search;
  onSearch: (search: Search) => void;
}

/** What is looked for. Choices count at once; what is typed when it is sent. */
export function SearchForm({ cameras, search, onSearch }: Props) {
  const { t, label } = useSession();
  const [typed, setTyped] = useState({ owner: search.owner, plate: search.plate, text: search.text });
  const isNarrow = useMedia('(max-width: 760px)');
  const [isOpen, setOpen] = useState(false);
  const wrong = { owner: false, plate: !isPlate(typed.plate), text: !isText(typed.text) };
  const isBad = wrong.plate || wrong.text;
  const change = (part: Partial<Search>) => onSearch({ ...search, ...(isBad ? {} : typed), ...part });
  const isFiltered = JSON.stringify({ ...search, ...typed }) !== JSON.stringify(ANYTHING);
  const field = (name: keyof typeof typed, hint?: string) => (
    <label class={`field find-${name}`}>
      <span>{t(`search.${name}`)}</span>
      <input
        type="search"
        name={name}
        value={typed[name]}
        placeholder={hint}
        maxLength={80}
        autoComplete="off"
        spellcheck={false}
        aria-invalid={wrong[name]}
        onInput={(event) => setTyped({ ...typed, [name]: event.currentTarget.value })}
      />
    </label>
  );
  const time = (name: 'from' | 'to') => (
    <MomentField
      label={t(`search.${name}`)}
      kind="minute"
      name={name}
      value={search[name]}
      onChange={(moment) => change({ [name]: moment })}
    />
  );
  return (
    <form
      class="search find"
      role="search"
      aria-label={t('search.title')}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBad) change({});
      }}
    >
      {field('text')}
      <button type="submit" class="tool search-go" disabled={isBad}>
        <Icon name="search" /> {t('search.go')}
      </button>
      {isNarrow && (
        <button type="button" class="tool" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t('search.filters')}
        </button>
      )}
      {(!isNarrow || isOpen) && (
        <>
          {time('from')}
          {time('to')}
          <Choice
            name="camera"
            label={t('search.camera')}
            value={search.camera}
            onChange={(camera) => change({ camera })}
            options={cameras.map(({ id, name }) => [id, name])}
          />
          <Choice
            name="kind"
            label={t('search.kind')}
            value={search.kind}
            onChange={(kind) => change({ kind })}
            options={KINDS.map((kind) => [kind, label('kind', kind)])}
          />
          <Choice
            name="severity"
            label={t('search.severity')}
            value={search.severity}
            onChange={(severity) => change({ severity })}
            options={SEVERITIES.map((severity) => [severity, t(`severity.${severity}`)])}
          />
          <Choice
            name="state"
            label={t('search.state')}
            value={search.state}
            onChange={(state) => change({ state })}
            options={STATES.map((state) => [state, t(`search.state.${state}`)])}
          />
          <Choice
            name="verdict"
            label={t('search.verdict')}
            value={search.verdict}
            onChange={(verdict) => change({ verdict })}
            options={VERDICTS.map((verdict) => [verdict, t(`search.verdict.${verdict}`)])}
          />
          {field('owner')}
          {field('plate', '12A-1?3*')}
          <Worn chosen={search.attributes} onChange={(attributes) => change({ attributes })} />
        </>
      )}
      {isFiltered && (
        <button
          type="button"
          class="quiet-button"
          onClick={() => {
            setTyped({ owner: '', plate: '', text: '' });
            onSearch(ANYTHING);
          }}
        >
          <Icon name="close" /> {t('search.clear')}
        </button>
      )}
    </form>
  );
}

/** What somebody in it wears or carries for sure. */
function Worn({ chosen, onChange }: { chosen: readonly Attribute[]; onChange: (worn: Attribute[]) => void }) {
  const { t } = useSession();
  return (
    <fieldset class="worn">
      <legend>{t('search.attributes')}</legend>
      {ATTRIBUTES.map((attribute) => {
        const isChosen = chosen.includes(attribute);
        const others = ATTRIBUTES.filter((other) =>
          other === attribute ? !isChosen : chosen.includes(other),
        );
        return (
          <button
            key={attribute}
            type="button"
            class="tool"
            data-attribute={attribute}
            aria-pressed={isChosen}
            title={t(`attribute.${attribute}.yes`)}
            onClick={() => onChange(others)}
          >
            <Icon name={attribute} />
            <span class="unseen">{t(`attribute.${attribute}.yes`)}</span>
          </button>
        );
      })}
    </fieldset>
  );
}

interface ChoiceProps<T extends string> {
  name: string;
  label: string;
  value: T | '';
  onChange: (value: T | '') => void;
  options: readonly (readonly [T, ComponentChildren])[];
}

function Choice<T extends string>({ name, label, value, onChange, options }: ChoiceProps<T>) {
  const { t } = useSession();
  const chosen = (text: string) => options.find(([option]) => option === text)?.[0] ?? '';
  return (
    <label class="field">
      <span>{label}</span>
      <select name={name} value={value} onChange={(event) => onChange(chosen(event.currentTarget.value))}>
        <option value="">{t('search.any')}</option>
        {options.map(([option, words]) => (
          <option key={option} value={option}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
