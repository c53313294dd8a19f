import { AccountMenu, type AccountProps } from '../account/AccountMenu';
import type { Arming, Sentence, Status } from '../api/types';
import type { Sound } from '../session/sound';
import { withoutLead } from '../i18n';
import { LanguageButton } from '../session/LanguageButton';
import { useSession } from '../session/session';
import { useNow } from '../stream/appliance';
import { formatClock, formatDate, formatDuration, formatWeekday, wallTime } from '../time';
import { Icon } from '../icons';
import './header.css';

interface Props {
  status: Status | null;
  arming: Arming | null;
  sound: Sound;
  isLost: boolean;
  onHelp: () => void;
  onArming: () => void;
  account: AccountProps;
  onAccounts: () => void;
  onAudit: () => void;
}

export function Header({ status, arming, sound, isLost, onHelp, onArming, account, ...go }: Props) {
  return (
    <header class="header">
      <Brand status={status} />
      <ArmingState arming={arming} onArming={onArming} />
      <SoundButton sound={sound} />
      <HelpButton onHelp={onHelp} />
      <LanguageButton />
      <AccountMenu {...account} onAccounts={go.onAccounts} onAudit={go.onAudit} />
      <Clock isStopped={isLost} lunar={status?.lunar ?? null} />
    </header>
  );
}

function Brand({ status }: { status: Status | null }) {
  const { t } = useSession();
  return (
    <div
      class="brand"
      title={status ? t('app.version', { version: status.version, appliance: status.appliance }) : undefined}
    >
      <img src="/favicon.svg" alt="" width="36" height="36" />
      <div>
        <h1>{t('app.name')}</h1>
        <p>{t('app.tagline')}</p>
      </div>
    </div>
  );
}

function ArmingState({ arming, onArming }: Pick<Props, 'arming' | 'onArming'>) {
  const { t, say } = useSession();
  if (!arming) return <div class="arming arming-unknown">{t('arming.unknown')}</div>;
  const word = t(arming.armed ? 'arming.armed' : 'arming.disarmed');
  const reason = withoutLead(say(arming.reason), word);
  return (
    <div class={`arming ${arming.armed ? 'armed' : 'disarmed'}`} role="status">
      <button type="button" data-choice class="arming-word" title={t('arming.title')} onClick={onArming}>
        <Icon name={arming.armed ? 'shield' : 'shieldOff'} />
        {word}
      </button>
      {arming.peak && <span class="peak">{t('arming.peak')}</span>}
      <span class="arming-reason" title={reason}>
        {reason}
      </span>
    </div>
  );
}

function SoundButton({ sound }: { sound: Sound }) {
  const { t } = useSession();
  const hint = sound.state === 'off' ? t('sound.unmute') : t('sound.mute');
  return (
    <button
      type="button"
      class={`tool sound sound-${sound.state}`}
      aria-pressed={sound.state === 'on'}
      title={sound.state === 'locked' ? undefined : hint}
      onClick={sound.toggle}
    >
      <Icon name={sound.state === 'off' ? 'muted' : 'speaker'} />
      <span>
        {t(`sound.${sound.state}`)}
        {sound.state === 'off' && ` ${formatDuration(sound.mutedForMs)}`}
      </span>
    </button>
  );
}

function HelpButton({ onHelp }: Pick<Props, 'onHelp'>) {
  const { t } = useSession();
  return (
    <button
      type="button"
      data-choice
      class="tool help-button"
      aria-label={t('help.title')}
      title={t('help.title')}
      onClick={onHelp}
    >
      ?
    </button>
  );
}

function Clock({ isStopped, lunar }: { isStopped: boolean; lunar: Sentence | null }) {
  const { t, language } = useSession();
  const { nowMs, offset } = useNow(250);
  const wall = nowMs === null ? null : wallTime(nowMs, offset);
  return (
    <div class={`clock ${isStopped ? 'stopped' : ''}`} role="timer" aria-label={t('clock.label')}>
      <strong>{wall ? formatClock(wall) : '--:--:--'}</strong>
      <span>
        {wall ? `${formatWeekday(wall, language)}, ${formatDate(wall, language)}` : t('clock.unknown')}
      </span>
      {lunar && (
        <span class="lunar" title={t('clock.lunar', { date: lunar[language] })}>
          {lunar[language]}
        </span>
      )}
    </div>
  );
}
