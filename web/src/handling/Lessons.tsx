import { useCallback, useEffect, useState } from 'preact/hooks';
import { getLessons, takeBackLesson } from '../api/client';
import type { Alert, Lesson } from '../api/types';
import { useSession } from '../session/session';
import { dateTimeOf } from '../time';

/** What false alarms have taught the alert's camera, where that bears on the alert; each can be taken back. */
export function Lessons({ alert }: { alert: Alert }) {
  const { t, say, language, me } = useSession();
  const { lessons, takeBack } = useLessons(alert);
  if (lessons.length === 0) return null;
  return (
    <section class="history" aria-label={t('lesson.title')}>
      <h3>{t('lesson.title')}</h3>
      <ul class="lessons">
        {lessons.map((lesson) => (
          <li key={lesson.id}>
            <span>
              {say(lesson.words)}
              <small>{t('lesson.until', { by: lesson.by, time: dateTimeOf(lesson.until, language) })}</small>
            </span>
            {me?.permissions.includes('settle') && (
              <button type="button" class="quiet-button" onClick={() => takeBack(lesson.id)}>
                {t('lesson.take_back')}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Those that the alert's own verdict gave, and all of its camera where the alert weighs less for one of them. */
function useLessons(alert: Alert) {
  const [known, setKnown] = useState<readonly Lesson[]>([]);
  const { camera } = alert;
  const isLowered = (alert.score_parts ?? []).some(({ part }) => part === 'lesson');
  const isFalse = alert.verdict === 'false_alarm';
  const load = useCallback(() => {
    if (!isLowered && !isFalse) return;
    // What cannot be had is left as it was.
    getLessons(camera).then(setKnown, () => undefined);
  }, [camera, isLowered, isFalse]);
  useEffect(load, [load]);
  const takeBack = useCallback(
    (id: string) => {
      // Where somebody else was faster the list says so.
      void takeBackLesson(id).then(load, load);
    },
    [load],
  );
  const bears = (lesson: Lesson) =>
    (isFalse && lesson.alert === alert.id) || (isLowered && lesson.camera === camera);
  return { lessons: known.filter(bears), takeBack };
}
