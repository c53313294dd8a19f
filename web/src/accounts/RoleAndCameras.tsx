import type { Camera, Role } from '../api/types';
import { useSession } from '../session/session';

const ROLES: readonly Role[] = ['guard', 'supervisor', 'admin', 'auditor'];

interface Props {
  /** Tells the fields of one form from those of another. */
  id: string;
  role: Role;
  onRole: (role: Role) => void;
  /** The only ones that may be seen; null for all. */
  chosen: readonly string[] | null;
  cameras: readonly Camera[];
  onChosen: (chosen: string[] | null) => void;
}

/** What an account may do, and which cameras it may see. */
export function RoleAndCameras({ id, role, onRole, chosen, cameras, onChosen }: Props) {
  const { t } = useSession();
  // One that is no longer configured stays chosen, as the appliance has it, but cannot be sent back.
  const known = (ids: readonly string[]) => ids.filter((of) => cameras.some((camera) => camera.id === of));
  return (
    <>
      <label class="field">
        <span>{t('accounts.role')}</span>
        <select
          name="role"
          value={role}
          onChange={({ currentTarget }) => onRole(currentTarget.value as Role)}
        >
          {ROLES.map((of) => (
            <option key={of} value={of}>
              {t(`role.${of}`)}
            </option>
          ))}
        </select>
        <small>{t(`accounts.role.${role}`)}</small>
      </label>
      <fieldset class="choices">
        <legend>{t('accounts.cameras')}</legend>
        <label class="choice">
          <input
            type="radio"
            name={`cameras-${id}`}
            checked={chosen === null}
            onChange={() => onChosen(null)}
          />
          {t('accounts.cameras.all')}
        </label>
        <label class="choice">
          <input
            type="radio"
            name={`cameras-${id}`}
            checked={chosen !== null}
            onChange={() => onChosen(known(chosen ?? []))}
          />
          {t('accounts.cameras.some')}
        </label>
        {chosen !== null &&
          cameras.map((camera) => (
            <label key={camera.id} class="choice choice-camera">
              <input
                type="checkbox"
                checked={chosen.includes(camera.id)}
                onChange={({ currentTarget }) => {
                  const others = known(chosen).filter((of) => of !== camera.id);
                  onChosen(currentTarget.checked ? [...others, camera.id] : others);
                }}
              />
              {camera.name}
            </label>
          ))}
      </fieldset>
    </>
  );
}
