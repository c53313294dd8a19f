import type { Alert } from '../api/types';
import { useSession } from '../session/session';
import { dateTimeOf } from '../time';

type Removed = Pick<Alert, 'pictures_removed' | 'snapshot'>;

/** Since when there are no pictures of an alert any more, and why; null while there are some, or there never were. */
export function useRemovedWords({ pictures_removed, snapshot }: Removed): string | null {
  const { t, language } = useSession();
  if (!pictures_removed || snapshot) return null;
  return t(`pictures.removed.${pictures_removed.by}`, { time: dateTimeOf(pictures_removed.at, language) });
}

export function RemovedPictures({ alert }: { alert: Removed }) {
  const words = useRemovedWords(alert);
  return words === null ? null : <p class="removed-pictures">{words}</p>;
}
