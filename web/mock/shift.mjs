// What the stand-in for the appliance says of shifts, reports, plans and accounts.

const PLAN = ['Gọi trực ban, máy lẻ 101', 'Khóa cổng sau', 'Báo công an phường nếu có người'];
export const planOf = (alert) =>
  (alert.plan ??= PLAN.map((step) => ({ step, done: false, at: null, who: null })));

/** Ticks a step of an alert's plan, or takes that back. */
export function tick(alert, who, at, { step, done }) {
  const found = planOf(alert).find((known) => known.step === step);
  if (!found) return false;
  Object.assign(found, done ? { done, at, who } : { done, at: null, who: null });
  const entry = { at, who, act: done ? 'ticked' : 'unticked', verdict: null, false_alarm_reason: null };
  alert.history.push({ ...entry, text: null, step });
  return true;
}

const notes = [
  { hours: 6, who: 'binh', text: 'Cổng phụ kẹt khóa, đã buộc xích.\nThợ đến sáng mai.' },
  { hours: 30, who: 'an', text: 'Đèn sân sau hỏng một bóng.' },
];
const onDuty = [{ hours: 7, who: 'binh' }];

export function shift({ alerts, cameras, nowMs, iso }) {
  const ago = (hours) => iso(nowMs() - hours * 3_600_000);
  return {
    at: iso(nowMs()),
    alerts: alerts.filter(({ state }) => state !== 'resolved'),
    silent: cameras
      .filter(({ state }) => state !== 'live')
      .map(({ id, name, state, since, reason }) => ({ camera: id, camera_name: name, state, since, reason })),
    notes: notes.map(({ hours, who, text }, n) => ({ id: `note-${n}-${hours}`, at: ago(hours), who, text })),
    on_duty: onDuty.map(({ hours, who }) => ({ who, since: ago(hours) })),
  };
}

export function addNote(who, text) {
  notes.unshift({ hours: 0, who, text });
}

export function setDuty(who, on) {
  const known = onDuty.findIndex((other) => other.who === who);
  if (known >= 0) onDuty.splice(known, 1);
  if (on) onDuty.push({ hours: 0, who });
}

export function dailyReport({ alerts, nowMs, iso }, wanted) {
  const today = iso(nowMs() - 12 * 3_600_000).slice(0, 10);
  const day = wanted ?? today;
  const from = Date.parse(`${day}T12:00:00+07:00`);
  const end = from + 86_400_000;
  const within = alerts.filter(({ at }) => Date.parse(at) >= from && Date.parse(at) < end);
  const count = (of) => ({
    true_alarms: of.filter(({ verdict }) => verdict === 'true_alarm').length,
    false_alarms: of.filter(({ verdict }) => verdict === 'false_alarm').length,
    unsettled: of.filter(({ verdict }) => verdict === null).length,
  });
  const severity = (name) => within.filter((alert) => alert.severity === name).length;
  const names = [...new Set(within.map(({ camera_name }) => camera_name))];
  const escalated = within.filter(({ escalated_at }) => escalated_at !== null);
  return {
    day, from: iso(from), to: iso(Math.min(end, nowMs())), running: day === today,
    alerts: {
      total: within.length, critical: severity('critical'), warning: severity('warning'), notice: severity('notice'),
      ...count(within), escalated: escalated.length,
      false_alarm_reasons: ['insect', 'light'].map((reason) => ({ reason, count: within.filter((a) => a.false_alarm_reason === reason).length })).filter((of) => of.count > 0),
    },
    hours: Array.from({ length: 24 }, (_, n) => {
      const start = from + n * 3_600_000;
      const of = within.filter(({ at }) => Date.parse(at) >= start && Date.parse(at) < start + 3_600_000);
      return { from: iso(start), ...count(of) };
    }),
    cameras: names.map((name) => ({ camera: name, camera_name: name, ...count(within.filter((a) => a.camera_name === name)) })),
    claims: { claimed: 44, median_seconds: 38, longest_seconds: 412, unclaimed: 16 },
    escalated: escalated.slice(0, 50).map((a) => ({ alert: a.id, camera_name: a.camera_name, severity: a.severity, at: a.at, escalated_at: a.escalated_at, claimed_at: a.claimed_at })),
    outages: [
      { camera: 'bai-xe', camera_name: 'Bãi xe', times: 12, seconds: 240, longest_seconds: 21, lasts: false, reason: { code: 'stalled', vi: 'camera ngừng gửi hình quá 3 giây', en: 'the camera sent nothing for 3 seconds' } },
    ],
    disarmed: [
      { camera_name: null, group: null, from: iso(from + 21_600_000), until: iso(from + 27_000_000), reason: 'Họp cơ quan buổi tối', given_by: 'chi.huy', withdrawn_by: 'an' },
      { camera_name: 'Bãi xe', group: null, from: iso(from + 30_600_000), until: iso(from + 32_400_000), reason: 'Xe chở hàng Tết vào', given_by: 'an', withdrawn_by: null },
    ],
    duty: [
      { at: iso(from + 23_400_000), who: 'binh', on: true },
      { at: iso(from + 23_500_000), who: 'an', on: true },
      { at: iso(from + 46_000_000), who: 'an', on: false },
    ],
  }; // prettier-ignore
}

const accounts = [
  { name: 'an', role: 'guard', cameras: ['cong-chinh', 'bai-xe'], totp: false, disabled_at: null },
  { name: 'binh', role: 'guard', cameras: null, totp: false, disabled_at: '2026-02-01T08:00:00.000+07:00' },
  { name: 'demo', role: 'admin', cameras: null, totp: true, disabled_at: null },
].map((account, n) => ({ ...account, id: `0190f7a0-0000-7000-b000-00000000000${n}`, created_at: '2026-01-05T08:00:00.000+07:00' })); // prettier-ignore

/** Answers with a status, and what is said with it. */
export function changeAccounts(method, id, wanted, at) {
  if (method === 'GET') return [200, { items: accounts }];
  if (method === 'POST') {
    if (accounts.some(({ name }) => name === wanted.name)) return [422, 'name'];
    if (wanted.password.length < 10) return [422, 'password'];
    const { name, role, cameras = null } = wanted;
    const made = { id: `made-${accounts.length}`, name, role, cameras, totp: false, created_at: at };
    accounts.push({ ...made, disabled_at: null });
    return [201, made];
  }
  const known = accounts.findIndex((account) => account.id === id);
  if (known < 0) return [404, ''];
  const isLast = accounts[known].role === 'admin';
  if (isLast && (method === 'DELETE' || wanted.disabled || (wanted.role ?? 'admin') !== 'admin'))
    return [409, ''];
  if (method === 'DELETE') {
    accounts.splice(known, 1);
    return [204, null];
  }
  const { disabled, password, ...rest } = wanted;
  if (password !== undefined && password.length < 10) return [422, 'password'];
  Object.assign(accounts[known], rest, disabled === undefined ? {} : { disabled_at: disabled ? at : null });
  return [200, accounts[known]];
}

/** Each track walks to the left and towards the camera for some seconds. */
export const trailsOf = (alert) =>
  alert.findings.map(({ track, bbox: [x, y, w, h] }, n) => ({
    track,
    points: Array.from({ length: 16 }, (_, step) => [n * 4 + step * 0.5, x - step * 9, y + step * 6, w, h]),
  }));
