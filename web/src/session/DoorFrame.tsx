import type { ComponentChildren } from 'preact';
import { LanguageButton } from './LanguageButton';
import { useSession } from './session';
import './door.css';

/** The page before anybody is signed in. */
export function DoorFrame({ isAsking, children }: { isAsking: boolean; children: ComponentChildren }) {
  const { t } = useSession();
  return (
    <main class="door">
      <div class="door-card">
        <header class="door-head">
          <img src="/favicon.svg" alt="" width="48" height="48" />
          <div>
            <h1>{t('app.name')}</h1>
            <p>{t('app.tagline')}</p>
          </div>
          <LanguageButton />
        </header>
        {isAsking && <p role="status">{t('door.asking')}</p>}
        {children}
      </div>
    </main>
  );
}
