// The settings of the stand-in: kept in memory, versions counted, little of it checked.
const pad = (n) => String(n).padStart(2, '0');

/** Days counted by the moon from the first of the first month, 17 February 2026; months of 29 and 30 days in turn. */
export function lunarOf(date) {
  let left = Math.round((Date.parse(`${date}T00:00:00Z`) - Date.parse('2026-02-17T00:00:00Z')) / 86_400_000);
  let month = 1;
  const length = (n) => (n % 2 === 1 ? 30 : 29);
  while (left < 0) left += length((month = month === 1 ? 12 : month - 1));
  while (left >= length(month)) {
    left -= length(month);
    month = (month % 12) + 1;
  }
  return { day: left + 1, month, leap: false };
}

const NO_RULES = { person: null, vehicle: null, loitering: null, loitering_seconds: null, protected_room: null, waiting_vehicle: null }; // prettier-ignore
const usualRules = (kind, loitering_seconds) => ({
  kind, person: true, vehicle: true, loitering: true, loitering_seconds, protected_room: kind === 'protected',
  waiting_vehicle: ['yard', 'parking'].includes(kind),
}); // prettier-ignore
/** Learned of those who walked there; the horizon is at a quarter of the picture. */
const PERSONS = [4, 5, 6, 7, 8, 9, 10].map((n) => ({ feet_y: n / 10, height: 0.6 * (n / 10 - 0.25) }));

export function newSettings(cameras) {
  let version = 1;
  const state = {
    cameras: cameras.map(({ id, name, zones }) => ({
      id, name, main: `rtsp://10.0.0.11/${id}/main`, sub: `rtsp://10.0.0.11/${id}/sub`, place: null, transport: null,
      tamper: null, record: null, purpose: null, zones: zones.map((zone) => ({ ...zone, rules: NO_RULES })), lines: [], privacy_masks: [], has_credentials: true,
    })), // prettier-ignore
    arming: {
      nights: '18:00-06:00', opening_hours: null, peak: '01:00-03:00', weekends: true, holidays: 'vietnam',
      early_watch: null, tet: [], national_day: [], swap: [],
      closed: [{ from: '2026-02-10', to: '2026-02-11', name: 'Đại hội' }],
      group: [{ name: 'Phòng máy chủ', cameras: ['hanh-lang'], zones: [], nights: null, opening_hours: null, always: true, weekends: null }],
    }, // prettier-ignore
    closures_file: null,
    plans: { office: ['Gọi trực ban, máy lẻ 101', 'Khóa cổng sau'], zones: [] },
    keeping: { record: { quota_bytes: null, all_hours: 72, motion_days: 14, alert_days: 90, alert_record_days: null }, privacy: { office: null, purpose: null, contact: null }, plates: { keep_days: null }, memory: { keep_days: null }, alerts: { escalate_after: null, escalate_critical_after: null } }, // prettier-ignore
    usual: { record: { quota_bytes: 50e9 }, privacy: { office: null, purpose: 'Bảo đảm an ninh, trật tự và bảo vệ tài sản của cơ quan ngoài giờ làm việc', contact: null }, plates: { keep_days: 30 }, memory: { keep_days: 30 }, alerts: { escalate_after: 300, escalate_critical_after: 120 } }, // prettier-ignore
    usual_rules: [
      usualRules('yard', 60),
      usualRules('building', 60),
      usualRules('protected', 20),
      usualRules('parking', 120),
    ],
    problem: null,
    needs_restart: [],
  };
  const view = () => ({ version: String(version), ...state });

  /** @returns {[number, unknown]} status and answer */
  function change(method, path, body) {
    const [, what, id, part] = path.split('/');
    // One camera has seen nobody yet.
    if (part === 'perspective') return [200, { persons: id === state.cameras[0]?.id ? PERSONS : [] }];
    if (method === 'GET') return [200, view()];
    if (what === 'cameras' && id === 'test') return [200, tested(body)];
    if (body.version !== String(version)) return [409, 'the configuration was changed meanwhile'];
    const at = state.cameras.findIndex((camera) => camera.id === id);
    if (what === 'cameras' && method === 'POST')
      state.cameras.push({
        ...body.camera,
        zones: [],
        lines: [],
        privacy_masks: [],
        has_credentials: Boolean(body.login),
      });
    else if (what === 'cameras' && at < 0) return [404, 'no such camera'];
    else if (method === 'DELETE') state.cameras.splice(at, 1);
    else if (part === 'zones') {
      const zones = body.drawn.zones.map((zone) => ({ ...zone, was: undefined }));
      Object.assign(state.cameras[at], body.drawn, { zones });
    } else if (what === 'cameras') Object.assign(state.cameras[at], body.camera);
    else Object.assign(state, { [what]: body[what] });
    version += 1;
    return [method === 'POST' ? 201 : 200, view()];
  }

  const tested = ({ address }) =>
    address.includes('wrong')
      ? { stream: null, reason: { code: 'wrong_password', vi: 'sai tên hoặc mật khẩu của camera', en: 'the camera refuses the name or password' } }
      : { reason: null, stream: { codec: 'h264', width: 1920, height: 1080, frames_per_second: 25, picture: '' } }; // prettier-ignore

  /** Nights and weekends, and Tết from the 16th to the 20th of February. */
  function month(asked) {
    const [year, number] = (asked ?? '2026-02').split('-').map(Number);
    const last = new Date(Date.UTC(year, number, 0)).getUTCDate();
    const days = Array.from({ length: last }, (_, index) => {
      const date = `${year}-${pad(number)}-${pad(index + 1)}`;
      const tet = number === 2 && index >= 15 && index <= 19;
      const weekend = [0, 6].includes(new Date(`${date}T12:00:00Z`).getUTCDay());
      const why = tet ? { vi: 'nghỉ Tết', en: 'Tết' } : weekend ? { vi: 'cuối tuần', en: 'weekend' } : { vi: 'ban đêm', en: 'night' }; // prettier-ignore
      const edges = tet || weekend ? ['00:00', '01:00', '03:00', '24:00'] : ['00:00', '01:00', '03:00', '06:00', '18:00', '24:00']; // prettier-ignore
      const at = (time) => time === '24:00' ? `${date}T00:00:00.000+07:00` : `${date}T${time}:00.000+07:00`; // prettier-ignore
      const stretches = edges.slice(1).map((to, n) => {
        const armed = edges[n] !== '06:00';
        return { from: at(edges[n]), to: at(to), armed, peak: edges[n] === '01:00', reason: armed ? why : { vi: 'giờ làm việc', en: 'working hours' } }; // prettier-ignore
      });
      return { date, lunar: lunarOf(date), special: tet ? why : null, worked: false, stretches };
    });
    return { month: `${year}-${pad(number)}`, days };
  }
  return { change, month };
}
