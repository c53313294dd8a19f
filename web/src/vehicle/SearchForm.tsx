import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Camera } from '../api/types';
import { useMedia } from '../browser';
import { Icon } from '../icons';
import { MomentField } from '../moment/MomentField';
import { useSession } from '../session/session';
import { ANYTHING, CLASSES, isPlatePattern, VERDICTS, type Search } from './search';

interface Props {
  cameras: readonly Camera[];
  /** What is being shown. */
  search: Search;
  onSearch: (search: Search) => void;
}

const EXAMPLE = '12A-1?3.45';

/** Filters take effect at once; the plate when it is complete, by Enter or the button. */
export function SearchForm({ cameras, search, onSearch }: Props) {
  const { t } = useSession();
  const [plate, setPlate] = useState(search.plate);
  // On a phone they would take half of the screen.
  const isNarrow = useMedia('(max-width: 760px)');
  const [isOpen, setOpen] = useState(false);
  const isBad = !isPlatePattern(plate);
  const change = (part: Partial<Search>) =>
    onSearch({ ...search, plate: isBad ? search.plate : plate, ...part });
  const isFiltered = plate !== '' || JSON.stringify({ ...search, plate: '' }) !== JSON.stringify(ANYTHING);
  const clear = () => {
    setPlate('');
    onSearch(ANYTHING);
  };
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBad) change({ plate });
      }}
    >
      <label class="field search-plate">
        <span>{t('vehicle.search.plate')}</span>
        <input
          type="search"
          name="plate"
          value={plate}
          placeholder={EXAMPLE}
          maxLength={24}
          autoComplete="off"
          spellcheck={false}
          aria-invalid={isBad}
          aria-describedby="plate-hint"
          onInput={(event) => setPlate(event.currentTarget.value)}
        />
        <small id="plate-hint" class={isBad ? 'wrong' : ''}>
          {t(isBad ? 'vehicle.search.bad_plate' : 'vehicle.search.hint')}
        </small>
      </label>
      <button type="submit" class="tool search-go" disabled={isBad}>
        {t('vehicle.search.go')}
      </button>
      {isNarrow && (
        <button type="button" class="tool" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t('vehicle.search.filters')}
        </button>
      )}
      {(!isNarrow || isOpen) && (
        <>
          <Choice
            label={t('vehicle.search.camera')}
            value={search.camera}
            onChange={(camera) => change({ camera })}
            options={cameras.map(({ id, name }) => [id, name])}
          />
          <Choice
            label={t('vehicle.search.class')}
            value={search.class}
            onChange={(name) => change({ class: name })}
            options={CLASSES.map((name) => [name, t(`class.${name}`)])}
          />
          <Choice
            label={t('vehicle.search.verdict')}
            value={search.verdict}
            onChange={(verdict) => change({ verdict })}
            options={VERDICTS.map((name) => [name, t(`verdict.${name}`)])}
          />
          <Choice
            label={t('vehicle.search.time_of_day')}
            value={search.timeOfDay}
            onChange={(timeOfDay) => change({ timeOfDay })}
            options={[
              ['night', t('vehicle.search.night')],
              ['day', t('vehicle.search.day')],
            ]}
          />
          <MomentField
            label={t('vehicle.search.from')}
            kind="either"
            value={search.from}
            onChange={(from) => change({ from })}
          />
          <MomentField
            label={t('vehicle.search.to')}
            kind="either"
            value={search.to}
            onChange={(to) => change({ to })}
          />
        </>
      )}
      {isFiltered && (
        <button
          type="button"
          class="quiet-button"
          aria-label={t('vehicle.search.clear')}
          title={t('vehicle.search.clear')}
          onClick={clear}
        >
          <Icon name="close" />
        </button>
      )}
    </form>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T | '';
  onChange: (value: T | '') => void;
  options: readonly (readonly [T, ComponentChildren])[];
}

function Choice<T extends string>({ label, value, onChange, options }: ChoiceProps<T>) {
  const { t } = useSession();
  const chosen = (name: string) => options.find(([option]) => option === name)?.[0] ?? '';
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(chosen(event.currentTarget.value))}>
        <option value="">{t('vehicle.search.any')}</option>
        {options.map(([option, words]) => (
          <option key={option} value={option}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
