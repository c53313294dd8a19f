import { useEffect, useRef, useState } from 'preact/hooks';
import { getDays, type RecordingDay } from '../api/recordings';
import type { Camera } from '../api/types';
import { Icon, SeverityShape } from '../icons';
import { lunarWords } from '../lunar';
import { LunarMark } from '../LunarMark';
import { useSession } from '../session/session';
import { monthAfter, monthOf, weeksOf } from './month';

interface Props {
  camera: Camera;
  /** That is looked at, and that it is: `2026-02-17`. */
  date: string;
  today: string;
  onDate: (date: string) => void;
  onClose: () => void;
}

/** A month: on which days there is video, and how many alerts. */
export function CalendarDialog({ camera, date, today, onDate, onClose }: Props) {
  const { t } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const [month, setMonth] = useState(monthOf(date));
  const days = useDays(camera.id, month);
  const [year = '', number = ''] = month.split('-');
  return (
    <dialog ref={dialog} class="rec-calendar" aria-label={t('recordings.calendar')} onClose={onClose}>
      <div class="rec-calendar-head">
        <Step name="back" words={t('recordings.month.before')} onDo={() => setMonth(monthAfter(month, -1))} />
        <h2 aria-live="polite">
          {t('recordings.month', { month: Number(number), year })}
          <small>{camera.name}</small>
        </h2>
        <Step
          name="forward"
          words={t('recordings.month.next')}
          isOff={month >= monthOf(today)}
          onDo={() => setMonth(monthAfter(month, 1))}
        />
      </div>
      <table>
        <thead>
          <tr>
            {t('recordings.weekdays')
              .split(' ')
              .map((weekday) => (
                <th key={weekday} scope="col">
                  {weekday}
                </th>
              ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(month).map((week, place) => (
            <tr key={place}>
              {week.map((day, weekday) => (
                <td key={weekday}>
                  {day !== null && (
                    <Day
                      date={day}
                      day={days.get(day) ?? null}
                      isChosen={day === date}
                      isToday={day === today}
                      isFuture={day > today}
                      onChoose={() => {
                        onDate(day);
                        dialog.current?.close();
                      }}
                    />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <button type="button" class="tool" onClick={() => dialog.current?.close()}>
        {t('camera.close')}
      </button>
    </dialog>
  );
}

function useDays(camera: string, month: string): ReadonlyMap<string, RecordingDay> {
  const [days, setDays] = useState<readonly RecordingDay[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    setDays([]);
    // Without marks a day can be chosen as well.
    getDays(camera, month, abort.signal).then(setDays, () => undefined);
    return () => abort.abort();
  }, [camera, month]);
  return new Map(days.map((day) => [day.date, day]));
}

interface DayProps {
  date: string;
  day: RecordingDay | null;
  isChosen: boolean;
  isToday: boolean;
  isFuture: boolean;
  onChoose: () => void;
}

function Day({ date, day, isChosen, isToday, isFuture, onChoose }: DayProps) {
  const { t } = useSession();
  const marks = [
    day?.lunar && t('month.lunar', { date: lunarWords(day.lunar) }),
    day && t(day.recorded ? 'recordings.date.recorded' : 'recordings.date.empty'),
    day && day.alerts > 0 && t('recordings.date.alerts', { n: day.alerts }),
    day?.kept && t('recordings.date.kept'),
  ].filter(Boolean);
  const number = String(Number(date.slice(8)));
  return (
    <button
      type="button"
      class={`rec-day ${day?.recorded ? 'recorded' : ''} ${isToday ? 'today' : ''}`}
      data-date={date}
      aria-current={isChosen ? 'date' : undefined}
      title={[`${number}/${Number(date.slice(5, 7))}`, ...marks].join(', ')}
      disabled={isFuture}
      onClick={onChoose}
    >
      <span>
        {number}
        {day?.lunar && <LunarMark lunar={day.lunar} date={date} />}
      </span>
      <span class="rec-day-marks">
        {day?.severity && (
          <>
            <SeverityShape severity={day.severity} />
            <i>{day.alerts}</i>
          </>
        )}
        {day?.kept && <Icon name="lock" />}
      </span>
    </button>
  );
}

interface StepProps {
  name: 'back' | 'forward';
  words: string;
  isOff?: boolean;
  onDo: () => void;
}

function Step({ name, words, isOff = false, onDo }: StepProps) {
  return (
    <button type="button" class="tool" aria-label={words} title={words} disabled={isOff} onClick={onDo}>
      <Icon name={name} />
    </button>
  );
}
