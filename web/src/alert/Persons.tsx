import { useState } from 'preact/hooks';
import type { Alert, Attribute, AttributeAnswer, Person } from '../api/types';
import { AnswerShape, Icon } from '../icons';
import { RetriedPicture } from '../RetriedPicture';
import { useSession } from '../session/session';
import { clockOf } from '../time';
import { byHiding, firstSeen, hiddenBy, surePercent } from './hiding';
import './persons.css';

/** A crowd would push everything else out of sight; those who hide most come first. */
const SHOWN = 6;

/** What each person of the alert hides, with the crop that shows it. */
export function Persons({ alert }: { alert: Alert }) {
  const { t } = useSession();
  const [isWhole, setWhole] = useState(false);
  const persons = byHiding(alert.persons ?? []);
  if (persons.length === 0) return null;
  const shown = isWhole ? persons : persons.slice(0, SHOWN);
  return (
    <section class="persons" aria-label={t('person.title')}>
      {shown.map((person, index) => (
        <PersonCells
          key={person.track}
          person={person}
          number={persons.length > 1 ? index + 1 : null}
          at={firstSeen(person.track, alert.findings)}
        />
      ))}
      {shown.length < persons.length && (
        <button type="button" class="quiet-button" onClick={() => setWhole(true)}>
          {t('person.more', { n: persons.length - shown.length })}
        </button>
      )}
    </section>
  );
}

interface CellsProps {
  person: Person;
  /** Null when there is only one. */
  number: number | null;
  at: string | null;
}

function PersonCells({ person, number, at }: CellsProps) {
  const { t } = useSession();
  // Without a single crop the cells need no place for one: words in half the height.
  const hasCrops = person.attributes.some(({ crop }) => crop !== null);
  return (
    <section class="person">
      <h3>
        {number === null ? t('person.title.one') : t('person.name', { n: number })}
        {at !== null && <small>{t('person.seen', { time: clockOf(at) })}</small>}
      </h3>
      <ul class={hasCrops ? 'cells' : 'cells flat'}>
        {person.attributes.map((answer) => (
          <Cell key={answer.attribute} answer={answer} hasCrop={hasCrops} />
        ))}
      </ul>
    </section>
  );
}

function Cell({ answer, hasCrop }: { answer: AttributeAnswer; hasCrop: boolean }) {
  const { t } = useSession();
  const { attribute, crop, frames, pixels } = answer;
  const words = t(`attribute.${attribute}.${answer.answer}`);
  const percent = surePercent(answer);
  return (
    <li
      class={`cell cell-${answer.answer}`}
      title={pixels > 0 ? t('attribute.pixels', { n: pixels }) : undefined}
    >
      {hasCrop && <Crop src={crop} attribute={attribute} words={words} />}
      <AnswerShape attribute={attribute} answer={answer.answer} />
      <p>
        <strong>{words}</strong>
        {percent !== null && <small> {t('attribute.evidence', { n: percent, frames })}</small>}
      </p>
    </li>
  );
}

function Crop({ src, attribute, words }: { src: string | null; attribute: Attribute; words: string }) {
  const { t } = useSession();
  const nothing = (
    <span class="crop-none">
      <Icon name={attribute} />
    </span>
  );
  if (src === null) return <span class="crop">{nothing}</span>;
  return (
    <a
      class="crop"
      href={src}
      target="_blank"
      rel="noreferrer"
      aria-label={t('attribute.crop.open', { what: words })}
    >
      <RetriedPicture key={src} src={src} alt="" class="crop-picture">
        {nothing}
      </RetriedPicture>
    </a>
  );
}

/** What is hidden, as small marks; nothing where nothing is known to be. */
export function HiddenMarks({ persons }: { persons: readonly Person[] | undefined }) {
  const { t } = useSession();
  const hidden = hiddenBy(persons ?? []);
  if (hidden.length === 0) return null;
  const what = t('person.hides', { what: hidden.map((attribute) => t(`attribute.${attribute}`)).join(', ') });
  return (
    <span class="hidden-marks" role="img" aria-label={what} title={what}>
      {hidden.map((attribute) => (
        <AnswerShape key={attribute} attribute={attribute} answer="yes" />
      ))}
    </span>
  );
}
