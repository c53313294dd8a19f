import type { Camera } from '../api/types';
import { useSession } from '../session/session';
import { ArmingPage } from './arming/ArmingPage';
import { CamerasPage } from './cameras/CamerasPage';
import { KeepingPage } from './KeepingPage';
import { PlansPage } from './PlansPage';
import { useSettings } from './useSettings';
import { ZonesPage } from './zones/ZonesPage';
import './settings.css';

export const SECTIONS = ['cameras', 'zones', 'arming', 'plans', 'keeping'] as const;
export type Section = (typeof SECTIONS)[number];

const sectionOf = (text: string | null): Section => SECTIONS.find((section) => section === text) ?? 'cameras';

interface Props {
  /** As the appliance tells of them now. */
  cameras: readonly Camera[];
  /** Of the address. */
  section: string | null;
  camera: string | null;
  onGo: (section: Section, camera: string | null) => void;
}

/** What an administrator sets up. It is in force as soon as it is saved. */
export function SettingsView({ cameras, section: asked, camera, onGo }: Props) {
  const { t } = useSession();
  const known = useSettings();
  const { settings, failure } = known;
  const section = sectionOf(asked);
  return (
    <main class="settings" aria-label={t('view.settings')}>
      <nav class="settings-tabs" aria-label={t('view.settings')}>
        {SECTIONS.map((other) => (
          <button
            key={other}
            type="button"
            class="tool"
            data-section={other}
            aria-current={other === section ? 'page' : undefined}
            onClick={() => onGo(other, null)}
          >
            {t(`settings.${other}`)}
          </button>
        ))}
      </nav>
      {failure !== null && (
        <p class="settings-note wrong" role="alert">
          {t('settings.load_failed', { detail: failure })}
        </p>
      )}
      {settings?.problem && (
        <p class="settings-note wrong" role="alert">
          {t('settings.file_wrong', {
            file: settings.problem.file,
            line: settings.problem.line ?? '?',
            detail: settings.problem.detail,
          })}
        </p>
      )}
      {settings && settings.needs_restart.length > 0 && (
        <p class="settings-note" role="status">
          {t('settings.needs_restart', { keys: settings.needs_restart.join(', ') })}
        </p>
      )}
      <div class="settings-page">
        {!settings && failure === null && <p class="soft">{t('settings.loading')}</p>}
        {settings && section === 'cameras' && (
          <CamerasPage
            settings={settings}
            known={known}
            cameras={cameras}
            chosen={camera}
            onChoose={(id) => onGo('cameras', id)}
            onZones={(id) => onGo('zones', id)}
          />
        )}
        {settings && section === 'zones' && (
          <ZonesPage settings={settings} known={known} chosen={camera} onChoose={(id) => onGo('zones', id)} />
        )}
        {settings && section === 'arming' && <ArmingPage settings={settings} known={known} />}
        {settings && section === 'plans' && <PlansPage settings={settings} known={known} />}
        {settings && section === 'keeping' && <KeepingPage settings={settings} known={known} />}
      </div>
    </main>
  );
}
