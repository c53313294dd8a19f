import { getJson, sendFor } from './client';
import type {
  ArmingKeys,
  ArmingMonth,
  CameraKeys,
  CameraTest,
  CameraTested,
  Drawn,
  KeepingKeys,
  PlanKeys,
  Settings,
  StandingPerson,
} from './types';

export const getSettings = (signal?: AbortSignal) => getJson<Settings>('/settings', signal);

/** Never told by the appliance, only sent to it. */
export interface Login {
  user: string;
  password: string;
}

/** What becomes of a camera's name and password: `keep` leaves them as they are. */
export type LoginChange = 'keep' | 'forget' | Login;

const cameraBody = (version: string, camera: CameraKeys, login: LoginChange) => ({
  version,
  camera,
  ...(login === 'keep' ? {} : login === 'forget' ? { forget_login: true } : { login }),
});
const cameraPath = (id: string) => `/settings/cameras/${encodeURIComponent(id)}`;

export const addCamera = (version: string, camera: CameraKeys, login: LoginChange) =>
  sendFor<Settings>('POST', '/settings/cameras', cameraBody(version, camera, login));
export const changeCamera = (version: string, camera: CameraKeys, login: LoginChange) =>
  sendFor<Settings>('PUT', cameraPath(camera.id), cameraBody(version, camera, login));
export const removeCamera = (version: string, id: string) =>
  sendFor<Settings>('DELETE', cameraPath(id), { version });
export const testCamera = (test: CameraTest) => sendFor<CameraTested>('POST', '/settings/cameras/test', test);
export const drawZones = (version: string, id: string, drawn: Drawn) =>
  sendFor<Settings>('PUT', `${cameraPath(id)}/zones`, { version, drawn });
export const getPerspective = async (id: string, signal: AbortSignal): Promise<StandingPerson[]> =>
  (await getJson<{ persons: StandingPerson[] }>(`${cameraPath(id)}/perspective`, signal)).persons;
export const changeArming = (version: string, arming: ArmingKeys) =>
  sendFor<Settings>('PUT', '/settings/arming', { version, arming });
export const changeKeeping = (version: string, keeping: KeepingKeys) =>
  sendFor<Settings>('PUT', '/settings/keeping', { version, keeping });
export const changePlans = (version: string, plans: PlanKeys) =>
  sendFor<Settings>('PUT', '/settings/plans', { version, plans });

/** `month` as `2026-02`; of the office where there is no group. */
export function getArmingMonth(
  month: string | null,
  group: string | null,
  signal: AbortSignal,
): Promise<ArmingMonth> {
  const query = new URLSearchParams();
  if (month !== null) query.set('month', month);
  if (group !== null) query.set('group', group);
  return getJson<ArmingMonth>(`/arming/month?${query.toString()}`, signal);
}
