import type { ComponentProps, ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useSession } from '../session/session';
import type { SettingsView } from './SettingsView';

type Props = ComponentProps<typeof SettingsView>;

/** Guards never load what only administrators use. */
export function LazySettings(props: Props) {
  const { t, me } = useSession();
  const [View, setView] = useState<ComponentType<Props> | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const may = me?.permissions.includes('administer') ?? false;
  useEffect(() => {
    if (!may) return;
    import('./SettingsView').then(
      (module) => setView(() => module.SettingsView),
      (error: unknown) => setFailure(String(error)),
    );
  }, [may]);
  if (View) return <View {...props} />;
  return (
    <main class="settings" aria-label={t('view.settings')}>
      <p class="soft" role="status">
        {!may
          ? t('settings.not_yours')
          : failure === null
            ? t('settings.loading')
            : t('settings.load_failed', { detail: failure })}
      </p>
    </main>
  );
}
