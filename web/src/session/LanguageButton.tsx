import { useSession } from './session';

/** Vietnamese or English, with both names to be seen and what pressing does to be heard. */
export function LanguageButton() {
  const { t, language, setLanguage } = useSession();
  return (
    <button
      type="button"
      class="tool language"
      title={t('app.language.switch')}
      onClick={() => setLanguage(language === 'vi' ? 'en' : 'vi')}
    >
      <span class={language === 'vi' ? 'current' : 'other'}>VI</span>{' '}
      <span class={language === 'en' ? 'current' : 'other'}>EN</span>
      <span class="unseen">{t('app.language.switch')}</span>
    </button>
  );
}
