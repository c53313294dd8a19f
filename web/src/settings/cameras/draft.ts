import type { LoginChange } from '../../api/settings';
import type { CameraKeys, WrittenCamera } from '../../api/types';

/** A camera while it is typed. */
export interface CameraDraft {
  id: string;
  name: string;
  main: string;
  sub: string;
  place: string;
  transport: 'tcp' | 'udp';
  tamper: boolean;
  record: 'continuous' | 'alerts';
  purpose: string;
  /** Empty where name and password stay as they are. */
  user: string;
  password: string;
  /** It wants no name and password any more. */
  forget: boolean;
}

export const newDraft = (): CameraDraft => ({
  id: '',
  name: '',
  main: '',
  sub: '',
  place: '',
  transport: 'tcp',
  tamper: true,
  record: 'continuous',
  purpose: '',
  user: '',
  password: '',
  forget: false,
});

export const draftOf = (camera: WrittenCamera): CameraDraft => ({
  id: camera.id,
  name: camera.name ?? '',
  main: camera.main,
  sub: camera.sub ?? '',
  place: camera.place ?? '',
  transport: camera.transport ?? 'tcp',
  tamper: camera.tamper ?? true,
  record: camera.record ?? 'continuous',
  purpose: camera.purpose ?? '',
  user: '',
  password: '',
  forget: false,
});

const orNull = (text: string): string | null => text.trim() || null;

/** What is as it usually is, is left out of the file. */
export const keysOf = (draft: CameraDraft, id: string | null): CameraKeys => ({
  id: id ?? draft.id.trim(),
  name: orNull(draft.name),
  main: draft.main.trim(),
  sub: orNull(draft.sub),
  place: orNull(draft.place),
  transport: draft.transport === 'udp' ? 'udp' : null,
  tamper: draft.tamper ? null : false,
  record: draft.record === 'alerts' ? 'alerts' : null,
  purpose: orNull(draft.purpose),
});

export const loginOf = ({ user, password, forget }: CameraDraft): LoginChange =>
  forget ? 'forget' : user === '' && password === '' ? 'keep' : { user, password };
