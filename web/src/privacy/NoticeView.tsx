import { Icon } from '../icons';
import { useSession } from '../session/session';
import { keptWords, rememberedWords } from './kept';
import { usePrivacy } from './usePrivacy';
import './notice.css';

/** The sheet for the door: who records, why, for how long, whom to ask. */
export function NoticeView({ onClose }: { onClose: () => void }) {
  const { t } = useSession();
  const { notice, failure } = usePrivacy();
  return (
    <main class="notice-view" aria-label={t('notice.open')}>
      <div class="notice-head">
        <h2>{t('notice.open')}</h2>
        <button type="button" class="tool" onClick={() => print()}>
          <Icon name="print" /> {t('notice.print')}
        </button>
        <button type="button" class="tool" onClick={onClose}>
          <Icon name="close" /> {t('camera.close')}
        </button>
      </div>
      {failure !== null && (
        <p class="wrong" role="alert">
          {t('notice.failed', { detail: failure })}
        </p>
      )}
      {notice && <Sheet notice={notice} />}
    </main>
  );
}

function Sheet({ notice }: { notice: NonNullable<ReturnType<typeof usePrivacy>['notice']> }) {
  const { t } = useSession();
  const { office, contact, purpose, kept, cameras } = notice;
  // Each purpose once, with the cameras that have it where they differ.
  const purposes = new Map<string, string[]>();
  for (const camera of cameras) {
    purposes.set(camera.purpose, [...(purposes.get(camera.purpose) ?? []), camera.name]);
  }
  if (purposes.size === 0) purposes.set(purpose, []);
  const records = [...new Set(cameras.map(({ record }) => record))];
  const missing = <em class="wrong">{t('notice.missing')}</em>;
  return (
    <article class="notice-sheet">
      <Icon name="camera" />
      <h1>{t('notice.title')}</h1>
      <dl>
        <dt>{t('notice.who')}</dt>
        <dd>{office ?? missing}</dd>
        <dt>{t('notice.why')}</dt>
        {[...purposes].map(([text, names]) => (
          <dd key={text}>
            {text}
            {purposes.size > 1 && <small> ({names.join(', ')})</small>}
          </dd>
        ))}
        <dt>{t('notice.long')}</dt>
        {(records.length > 0 ? records : (['continuous'] as const)).map((record) => (
          <dd key={record}>
            {sentence(keptWords(kept, record).map(({ key, n }) => t(key, { n: n ?? '' })))}
            {records.length > 1 && (
              <small>
                {' '}
                (
                {cameras
                  .filter((camera) => camera.record === record)
                  .map(({ name }) => name)
                  .join(', ')}
                )
              </small>
            )}
          </dd>
        ))}
        <dd>
          {rememberedWords(kept)
            .map(({ key, n }) => t(key, { n: n ?? '' }))
            .join(' ')}
        </dd>
        <dt>{t('notice.sees')}</dt>
        <dd>{t('notice.sees.words')}</dd>
        {cameras.some(({ privacy_masks }) => privacy_masks) && <dd>{t('notice.masks')}</dd>}
        <dt>{t('notice.ask')}</dt>
        <dd>{contact ?? missing}</dd>
      </dl>
      <p>{t('notice.rights')}</p>
      <p class="notice-law">{t('notice.law')}</p>
    </article>
  );
}

/** One sentence of its parts. */
function sentence(parts: readonly string[]): string {
  const text = parts.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
