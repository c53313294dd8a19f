// The one place that names the generated types; everything else imports them from here.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Camera = Schemas['Camera'];
/** Alerts of before persons were looked at closely have no `persons`. */
export type Alert = Omit<Schemas['Alert'], 'persons'> & Partial<Pick<Schemas['Alert'], 'persons'>>;
export type Person = Schemas['Person'];
export type AttributeAnswer = Schemas['AttributeAnswer'];
export type Attribute = AttributeAnswer['attribute'];
export type Answer = AttributeAnswer['answer'];
export type Finding = Schemas['Finding'];
export type Arming = Schemas['Arming'];
export type Status = Schemas['Status'];
export type Severity = Alert['severity'];
export type CameraState = Camera['state'];
/** One sentence in both languages. */
export type Sentence = Alert['reason'];
export interface AlertPage {
  items: Alert[];
  next_cursor?: string | null;
}
export interface Heartbeat {
  at: string;
}
