// The one place that names the generated types; everything else imports them from here.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Camera = Schemas['Camera'];
/** Alerts of before persons were looked at closely have no `persons`, those of before scores were kept no parts, those
 * of before cases no case. */
export type Alert = Omit<Schemas['Alert'], 'persons' | 'score_parts' | 'case'> &
  Partial<Pick<Schemas['Alert'], 'persons' | 'score_parts' | 'case'>>;
export type AlarmVerdict = Schemas['VerdictKind'];
export type FalseAlarmReason = Schemas['FalseAlarm'];
export type Action = Schemas['HistoryEntry'];
export type Trail = Schemas['Trail'];
export type PlanStep = Schemas['PlanStep'];
/** What was done with an alert, and what of the office's plan. */
export interface Conduct {
  history: Action[];
  plan: PlanStep[];
  trails: Trail[];
}
export type Lesson = Schemas['Lesson'];
export type CaseInFull = Schemas['CaseInFull'];
export type TimelineEntry = Schemas['TimelineEntry'];
export type ScorePart = Schemas['ScorePart'];
export type Person = Schemas['Person'];
export type AttributeAnswer = Schemas['AttributeAnswer'];
export type Attribute = AttributeAnswer['attribute'];
export type Answer = AttributeAnswer['answer'];
export type Finding = Schemas['Finding'];
export type Arming = Schemas['Arming'];
export type ArmingOrder = Schemas['ArmingOrder'];
export type WantedOrder = Schemas['WantedOrder'];
export type Me = Schemas['Me'];
export type Setup = Schemas['Setup'];
export type NewFactor = Schemas['NewFactor'];
export type Account = Schemas['Account'];
export type Role = Me['role'];
export type Shift = Omit<Schemas['Shift'], 'alerts'> & { alerts: Alert[] };
export type SilentCamera = Schemas['SilentCamera'];
export type DailyReport = Schemas['DailyReport'];
export type Status = Schemas['Status'];
export type Severity = Alert['severity'];
export type CameraState = Camera['state'];
export type StreamState = Camera['streams'][number]['state'];
/** One sentence in both languages. */
export type Sentence = Alert['reason'];
export interface AlertPage {
  items: Alert[];
  next_cursor?: string | null;
}
export interface Heartbeat {
  at: string;
}
export type VehicleClass = Exclude<Schemas['Class'], 'person' | 'bicycle'>;
/** The appliance keeps no others. */
export type Vehicle = Omit<Schemas['Vehicle'], 'class'> & { class: VehicleClass };
export type VehicleInFull = Omit<Schemas['VehicleInFull'], 'class'> & Vehicle;
export interface VehiclePage {
  items: Vehicle[];
  next_cursor: string | null;
}
export type Verdict = Vehicle['verdict'];
export type Candidate = Schemas['Candidate'];
export type PlateColor = NonNullable<Vehicle['color']>;
export type Seen = NonNullable<Vehicle['seen']>;
export type Sighting = Schemas['Sighting'];
export type PlateEntry = Schemas['PlateEntry'];
export type WantedPlate = Schemas['WantedPlate'];
export type ListKind = PlateEntry['kind'];
export type SettingsProblem = Schemas['SettingsProblem'];
export type CameraKeys = Schemas['CameraKeys'];
export type ZoneKind = Schemas['ZoneKind'];
/** In 0..1 of the picture. */
type Place = [number, number];
export type RuleKeys = Required<Schemas['RuleKeys']>;
export type KindRules = Schemas['KindRules'];
export type StandingPerson = Schemas['StandingPerson'];
export type ZoneKeys = Omit<Schemas['ZoneKeys'], 'polygon' | 'rules'> & { polygon: Place[]; rules: RuleKeys };
export type LineKeys = Required<Omit<Schemas['LineKeys'], 'from' | 'to'>> & { from: Place; to: Place };
export type MaskKeys = Omit<Schemas['MaskKeys'], 'polygon'> & { polygon: Place[] };
/** What is drawn on a camera's picture. */
export interface Drawn {
  zones: ZoneKeys[];
  lines: LineKeys[];
  privacy_masks: MaskKeys[];
}
/** Masks are left out where there are none. */
export type WrittenCamera = CameraKeys &
  Omit<Drawn, 'privacy_masks'> &
  Partial<Pick<Drawn, 'privacy_masks'>> & { has_credentials: boolean };
export type Settings = Omit<Schemas['SettingsView'], 'cameras'> & { cameras: WrittenCamera[] };
export type ArmingKeys = Schemas['ArmingKeys'];
export type GroupKeys = Schemas['GroupKeys'];
export type KeepingKeys = Schemas['KeepingKeys'];
export type PlanKeys = Schemas['PlanKeys'];
export type CameraTest = Schemas['CameraTest'];
export type CameraTested = Schemas['CameraTested'];
export type ArmingMonth = Schemas['ArmingMonth'];
export type ArmingDay = Schemas['ArmingDay'];
export type AuditLog = Schemas['AuditLog'];
export type AuditEntry = Schemas['AuditEntry'];
export type Device = Schemas['Device'];
