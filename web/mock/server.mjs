// A stand-in for the appliance, for work on the page alone: made-up alerts over a real clip.
//   VTEST=/path/to/vtest.avi node mock/server.mjs demo --port 8787
// Answers like `canhdem demo` as far as the page can tell; needs ffmpeg and the footage of opencv-doc.
import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newSettings } from './settings.mjs';
import { foundAlerts, mockRecordings } from './recordings.mjs';
import { auditLog, device, heads } from './audit.mjs';
import { addNote, changeAccounts, dailyReport, planOf, setDuty, shift, tick, trailsOf } from './shift.mjs';

const option = (name) => process.argv[process.argv.indexOf(name) + 1];
const port = process.argv.includes('--port') ? Number(option('--port')) : 8787;
const footage = process.env.VTEST ?? '/usr/share/doc/opencv-doc/examples/data/vtest.avi';
const dist = fileURLToPath(new URL('../dist', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'canhdem-mock-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
const ffmpeg = (...args) => execFileSync('ffmpeg', ['-v', 'error', '-y', ...args], { stdio: 'inherit' });
for (const seconds of [18, 30]) {
  ffmpeg('-i', footage, '-t', seconds, '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p',
    '-movflags', '+faststart', join(folder, `clip${seconds}.mp4`)); // prettier-ignore
}
ffmpeg('-i', footage, '-t', '30', '-r', '1', '-q:v', '4', join(folder, 'frame%02d.jpg'));
// Head, head, hand and body of somebody who walks by.
const CROPS = { mask: '20:20:585:140', hat: '24:24:583:136', gloves: '16:16:590:178', bag: '56:112:566:132' };
for (const [attribute, [w, h, x, y]] of Object.entries(CROPS).map(([name, box]) => [name, box.split(':')]))
  ffmpeg('-ss', '12', '-i', footage, '-frames:v', '1', '-vf', `crop=${w}:${h}:${x}:${y}`, join(folder, `${attribute}.jpg`)); // prettier-ignore
// No vehicle drives through this film: a piece of the road has to do, and a plate is drawn.
ffmpeg('-ss', '12', '-i', footage, '-frames:v', '1', '-vf', 'crop=240:150:300:200', join(folder, 'vehicle.jpg')); // prettier-ignore
ffmpeg('-f', 'lavfi', '-i', "color=white:s=220x50,drawtext=text='12A-123.45':x=12:y=10:fontsize=30", '-frames:v', '1', join(folder, 'plate.jpg')); // prettier-ignore
const frames = readdirSync(folder).filter((name) => name.startsWith('frame')).sort(); // prettier-ignore

// The office's clock starts at 01:30 on the first night of Tết.
const started = performance.now();
const base = Date.parse('2026-02-17T01:30:00+07:00');
const nowMs = () => base + (performance.now() - started);
const iso = (ms) => new Date(ms + 7 * 3_600_000).toISOString().replace('Z', '+07:00');

const zone = { id: 'san', kind: 'yard', polygon: [[0, 0.3], [1, 0.3], [1, 1], [0, 1]] }; // prettier-ignore
const camera = (id, name) => ({
  id, name, state: 'live', since: iso(base), reason: null, gate: 'awake', analysis_delay_s: process.env.MOCK_LATE ? 7.2 : 0.3, picture_at: iso(nowMs()),
  recording: true, zones: [zone], privacy_masks: [],
  streams: [{ role: 'main', state: 'live', since: iso(base), reason: null, codec: 'h264' }],
}); // prettier-ignore
const cameras = [
  camera('cong-chinh', 'Cổng chính'),
  camera('san-sau', 'Sân sau (ban đêm)'),
  camera('hanh-lang', 'Hành lang tầng 2'),
  camera('bai-xe', 'Bãi xe'),
  camera('san-truoc', 'Sân trước (vắng)'),
];
cameras[4].gate = 'quiet';

const alerts = [];
let sequence = 0;
const listeners = new Set();
const send = (event, data) => {
  sequence += 1;
  const text = `id: ${sequence}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  for (const listener of listeners) listener.write(text);
};

const answer = (id, track, attribute, word, frames) => ({
  attribute, answer: word, confidence: word === 'unknown' ? null : 0.94, frames, pixels: 31,
  crop: word === 'unknown' ? null : `/api/v1/alerts/${id}/crops/${track}/${attribute}.jpg?v=${word}-${frames}-31`,
}); // prettier-ignore
const person = (id, track, words, frames) => ({
  track,
  attributes: Object.keys(CROPS).map((attribute, index) => answer(id, track, attribute, words[index], frames)),
}); // prettier-ignore
/** Those of the n-th alert, each judged on so many pictures. */
const personsOf = (id, n, frames) =>
  COMPANIES[n % 4].map((words, index) => person(id, `${'tuv'[index]}${n}`, words, frames));
/** Who hides what, by turns; an empty list is an alert of before persons were looked at. */
const COMPANIES = [
  [['yes', 'yes', 'unknown', 'no']],
  [['no', 'no', 'unknown', 'no'], ['unknown', 'unknown', 'unknown', 'unknown'], ['yes', 'no', 'yes', 'yes']],
  [],
  [['no', 'no', 'no', 'no']],
]; // prettier-ignore

/** Two alerts after each other are of one case. */
const caseOf = (n) => `0190f7a0-0000-7000-9000-${String(n >> 1).padStart(12, '0')}`;
function caseInFull(id) {
  const own = alerts.filter((alert) => alert.case === id).reverse();
  const entry = ({ id: alert, camera, camera_name }, at, kind, vi, en) => ({
    at, kind, camera, camera_name, alert, words: { vi: `${vi} ${camera_name}`, en: `${en} ${camera_name}` },
  }); // prettier-ignore
  const timeline = own.flatMap((alert) => [
    entry(alert, alert.at, 'person_enters', 'có người xuất hiện ở', 'somebody appears at'),
    ...(alert.open ? [] : [entry(alert, alert.last_seen_at, 'person_leaves', 'không còn thấy người ở', 'nobody is seen any more at')]),
  ]); // prettier-ignore
  const near = cameras
    .filter((one) => own.every((alert) => alert.camera !== one.id))
    .slice(0, 1)
    .map((one) => ({ camera: one.id, camera_name: one.name }));
  return { id, at: own[0].at, last_seen_at: own.at(-1).last_seen_at, closed_at: null, open: true, severity: 'warning', alerts: own, timeline, near }; // prettier-ignore
}

const UNHANDLED = {
  state: 'new', owner: null, claimed_at: null, verdict: null, false_alarm_reason: null, resolved_at: null, escalated_at: null,
}; // prettier-ignore
const severities = ['warning', 'critical', 'notice'];
function openAlert(ageMs, camera, add = (alert) => alerts.unshift(alert)) {
  const n = alerts.length;
  const at = nowMs() - ageMs;
  const id = `0190f7a0-0000-7000-8000-${String(n).padStart(12, '0')}`;
  const alert = {
    id, case: caseOf(n), camera: camera.id, camera_name: camera.name, zone: n % 4 === 3 ? null : 'san',
    at: iso(at), last_seen_at: iso(at + 1000), closed_at: null, open: true,
    severity: severities[n % 3], score: 0.6, ...UNHANDLED, history: [],
    findings: [
      { kind: 'person', track: `t${n}`, confidence: 0.87, at: iso(at), bbox: [330, 170, 44, 110] },
      { kind: 'person', track: `u${n}`, confidence: 0.71, at: iso(at + 4000), bbox: [500, 120, 38, 96] },
    ],
    persons: personsOf(id, n, 2),
    reason: {
      vi: `Có người trong sân ${camera.name} lúc ${iso(at).slice(11, 16)}, ngoài giờ làm việc (nghỉ Tết)`,
      en: `A person in the yard of ${camera.name} at ${iso(at).slice(11, 16)}, outside office hours (Tết holiday)`,
    },
    frame: { width: 768, height: 576 }, snapshot: `/api/v1/alerts/${id}/snapshot.jpg`,
    clip: { url: `/api/v1/alerts/${id}/clip.mp4`, from: iso(at - 10_000), to: iso(at + 20_000) },
  }; // prettier-ignore
  add(alert);
  return alert;
}
const closeAlert = (alert) => {
  alert.open = false;
  alert.closed_at = iso(nowMs());
};
/** What somebody does with an alert. */
function handleAlert(alert, who, act, { verdict = null, reason = null, text = null }) {
  const at = iso(nowMs());
  if (act !== 'note' && alert.state === 'new')
    Object.assign(alert, { state: 'claimed', owner: who, claimed_at: at });
  if (act === 'escalate') alert.escalated_at = at;
  if (act === 'resolve')
    Object.assign(alert, { state: 'resolved', verdict, false_alarm_reason: reason, resolved_at: at });
  const done = { claim: 'claimed', resolve: 'resolved', escalate: 'escalated', note: 'noted' }[act];
  alert.history.push({ at, who, act: done, verdict, false_alarm_reason: reason, text, step: null });
  return alert;
}
const COUNT = Number(process.env.MOCK_ALERTS ?? 60);
for (let i = 0; i < COUNT; i += 1) {
  // Oldest first, until all are there: a hundred thousand are soon made.
  const alert = openAlert((COUNT + 3 - i) * 97_000, cameras[i % 4], (made) => alerts.push(made));
  closeAlert(alert);
  if (i < COUNT - 20)
    handleAlert(alert, 'binh', 'resolve', { verdict: 'false_alarm', reason: i % 2 ? 'insect' : 'light' });
  else if (i > COUNT - 5) handleAlert(alert, i % 2 ? 'binh' : 'an', 'claim', {});
  // What was seen first has outlived its pictures.
  if (i < 2) {
    const persons = alert.persons.map((one) => ({ ...one, attributes: one.attributes.map((told) => ({ ...told, crop: null })) })); // prettier-ignore
    const pictures_removed = { at: iso(base - 7_200_000), by: i === 0 ? 'retention' : 'deletion' };
    Object.assign(alert, { persons, snapshot: null, clip: null, pictures_removed });
  }
}
alerts.reverse();

// Vehicles that came by in the last nights and days, newest first.
const reading = (text, probability) => ({ text, probability });
/** What is said of a plate, by turns. */
const PLATES = [
  { verdict: 'readable', color: 'white', candidates: [reading('12A-123.45', 0.72), reading('12A-128.45', 0.2), reading('12A-123.46', 0.04)] },
  { verdict: 'absent' },
  { verdict: 'readable', color: 'yellow', candidates: [reading('12H-043.21', 0.97)], suspicions: ['color_mismatch'] },
  { verdict: 'unreadable' },
  { verdict: 'readable', color: 'white', candidates: [reading('12B1-234.56', 0.94)], class: 'motorcycle' },
  { verdict: 'not_assessable', class: 'truck' },
  { verdict: 'readable', color: 'blue', candidates: [reading('80A-004.56', 0.91)] },
  { verdict: 'readable', color: null, candidates: [reading('05A-999.99', 0.66), reading('06A-999.99', 0.3)], suspicions: ['unknown_code', 'seen_elsewhere'], class: 'bus' },
]; // prettier-ignore
const vehicles = Array.from({ length: 70 }, (_, n) => {
  const said = PLATES[n % PLATES.length];
  const track = `0190f7a0-0000-7000-9000-${String(n).padStart(12, '0')}`;
  const at = base - n * 8_100_000;
  const hour = Number(iso(at).slice(11, 13));
  const evening = hour < 6 ? at - 86_400_000 : at;
  const crop = (name) => `/api/v1/vehicles/${track}/crops/${name}?v=9-120`;
  return {
    track, camera: cameras[n % 4].id, camera_name: cameras[n % 4].name, class: 'car', first_at: iso(at), last_at: iso(at + 8000),
    stopped: n % 3 === 0, night: hour < 6 || hour >= 18 ? iso(evening).slice(0, 10) : null, confidence: 0.93,
    candidates: [], color: null, suspicions: [], frames: said.verdict === 'not_assessable' ? 2 : 9, pixels: 120,
    crops: { vehicle: crop('vehicle'), plate: said.candidates ? crop('plate') : null }, listed: null, seen: null, ...said,
  };
}); // prettier-ignore
const textOf = (vehicle) => vehicle.candidates[0]?.text;
const keyOf = (text) =>
  text
    .toUpperCase()
    .replaceAll('Đ', 'D')
    .replace(/[^0-9A-Z?*]/g, '');
const globOf = (text) => new RegExp(`^${keyOf(text).replaceAll('?', '.').replaceAll('*', '.*')}$`);
const sameAs = (vehicle) => vehicles.filter((other) => textOf(vehicle) && textOf(other) === textOf(vehicle));
const plates = [
  { kind: 'watched', pattern: '12A-1?3.45', reason: 'Đi lại nhiều đêm trước kho', note: 'Xe con màu đen', expires_at: '2026-04-30T23:59:59.000+07:00' },
  { kind: 'known', pattern: '80A-004.56', reason: 'Xe cơ quan', note: '', expires_at: null },
].map((plate, n) => ({ ...plate, id: `0190f7a0-0000-7000-a000-${String(n).padStart(12, '0')}`, created_at: iso(base), in_force: true })); // prettier-ignore
function vehicleNow(vehicle) {
  const same = sameAs(vehicle);
  const nights = new Set(same.map(({ night }) => night).filter(Boolean)).size;
  const seen = same.length > 0 ? { since: iso(base - 30 * 86_400_000), passages: same.length, nights } : null;
  const entry = plates.find(({ pattern }) => textOf(vehicle) && globOf(pattern).test(keyOf(textOf(vehicle))));
  const listed = entry && {
    entry: entry.id,
    kind: entry.kind,
    reason: entry.reason,
    note: entry.note,
    exact: true,
  };
  return { ...vehicle, seen, listed: listed ?? null };
}
function foundVehicles(query) {
  const is = (key, value) => !query.get(key) || query.get(key) === value;
  const plate = query.get('plate') && globOf(query.get('plate'));
  return vehicles.filter(
    (vehicle) =>
      is('camera', vehicle.camera) && is('class', vehicle.class) && is('verdict', vehicle.verdict) &&
      is('night', String(vehicle.night !== null)) &&
      (!plate || vehicle.candidates.some(({ text }) => plate.test(keyOf(text)))) &&
      (!query.get('from') || Date.parse(vehicle.first_at) >= Date.parse(query.get('from'))) &&
      (!query.get('to') || Date.parse(vehicle.first_at) < Date.parse(query.get('to'))),
  ); // prettier-ignore
}

const every = (ms, step) => setInterval(step, ms).unref();
every(2000, () => send('heartbeat', { at: iso(nowMs()) }));
const raise = () => {
  const n = alerts.length;
  const alert = openAlert(0, cameras[n % 2]);
  send('alert', alert);
  let frames = 2;
  const grow = setInterval(() => {
    alert.last_seen_at = iso(nowMs());
    frames = Math.min(frames + 1, 12);
    alert.persons = personsOf(alert.id, n, frames);
    if (nowMs() - Date.parse(alert.at) > 24_000) {
      closeAlert(alert);
      clearInterval(grow);
    }
    send('alert', alert);
  }, 1000);
};
setTimeout(raise, 5000);
every(60_000, raise);
every(25_000, () => {
  const dropping = cameras[3];
  const lost = dropping.state === 'live';
  Object.assign(dropping, {
    state: lost ? 'lost' : 'live', since: iso(nowMs()), gate: lost ? null : 'quiet', recording: !lost,
    reason: lost
      ? { code: 'stalled', vi: 'camera ngừng gửi hình quá 3 giây', en: 'the camera sent nothing for 3 seconds' }
      : null,
  }); // prettier-ignore
  send('camera', dropping);
});

const json = (response, body) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
const problem = (response, status, detail, field) => {
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ type: 'about:blank', title: detail, status, detail, field }));
};
/** One page of a list, by a cursor that is a number. */
const pageOf = (items, query) => {
  const from = Number(query.get('cursor') ?? 0);
  // MOCK_PAGE=5000 fills the list of a page sooner than it would ask for itself.
  const limit = Number(process.env.MOCK_PAGE ?? query.get('limit') ?? 50);
  const next = from + limit < items.length ? String(from + limit) : null;
  return { items: items.slice(from, from + limit), next_cursor: next };
};
const sentBody = async (request) => {
  let text = '';
  for await (const part of request) text += part;
  return text === '' ? null : JSON.parse(text);
};
async function changePlates(request, response, id) {
  const wanted = await sentBody(request);
  const known = plates.findIndex((plate) => plate.id === id);
  if (id && known < 0) return problem(response, 404, 'No such entry');
  if (request.method === 'DELETE') {
    plates.splice(known, 1);
    return response.writeHead(204).end();
  }
  if (!wanted.reason) return problem(response, 422, '`reason`: needs a reason', 'reason');
  const created = known < 0 ? `0190f7a0-0000-7000-a000-${String(performance.now()).slice(-12).padStart(12, '0').replace('.', '0')}` : id; // prettier-ignore
  const plate = {
    note: '',
    expires_at: null,
    ...wanted,
    id: created,
    created_at: iso(nowMs()),
    in_force: true,
  };
  if (known < 0) plates.unshift(plate);
  else plates[known] = plate;
  response.writeHead(known < 0 ? 201 : 200, { 'content-type': 'application/json' });
  return response.end(JSON.stringify(plate));
}
const orders = [{ id: '0190f7a0-0000-7000-c000-000000000000', act: 'disarm', camera: 'bai-xe', group: null, from: iso(base), until: iso(base + 3_600_000), reason: 'Xe chở hàng Tết vào', created_at: iso(base - 600_000), given_by: 'chi.huy' }]; // prettier-ignore

function file(request, response, path, headers) {
  const size = statSync(path).size;
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = range ? Number(range[1]) : 0;
  const end = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
  response.writeHead(range ? 206 : 200, {
    ...headers, 'accept-ranges': 'bytes', 'content-length': end - start + 1,
    ...(range && { 'content-range': `bytes ${start}-${end}/${size}` }),
  }); // prettier-ignore
  createReadStream(path, { start, end }).pipe(response);
}

const settings = newSettings(cameras);
const ME = { id: '0190f7a0-0000-7000-b000-000000000001', name: 'demo', role: 'admin', language: null, cameras: null, permissions: ['look', 'settle', 'arm', 'disarm', 'keep_plates', 'release', 'export', 'administer', 'audit'], totp: false, must_enrol: false, expires_at: iso(base) }; // prettier-ignore

function api(request, response, path, query) {
  const [kind, id, part, , crop] = path.split('/');
  if (path === 'status') {
    return json(response, {
      version: '0.1.0', appliance: '0190f7a0-0000-7000-8000-00000000aaaa', language: 'vi', timezone: 'Asia/Ho_Chi_Minh',
      now: iso(nowMs()), started_at: iso(base), lunar: { vi: 'mồng 1 tháng Giêng', en: 'day 1 of lunar month 1' },
      disk: { state: process.env.MOCK_DISK ?? 'ok', used_bytes: 180e9, quota_bytes: 200e9, kept_bytes: 12.4e9, days_left: 11.3, days_kept: 12.6, reach: { all: { days: 1.3, wanted_days: 3 }, motion: { days: 12.6, wanted_days: 14 }, alerts: { days: 90, wanted_days: 90 } }, key_frames_only: process.env.MOCK_DISK === 'full', slow: process.env.MOCK_DISK === 'slow' ? { waited_seconds: 8.4, lost_pictures: 312 } : null, trouble: { full: 'full_of_alerts_and_kept', slow: 'too_slow' }[process.env.MOCK_DISK] ?? null },
    }); // prettier-ignore
  }
  if (path === 'privacy') {
    const { keeping, usual, cameras: written } = settings.change('GET', path, {})[1];
    const purpose = keeping.privacy.purpose ?? usual.privacy.purpose;
    const { all_hours, motion_days, alert_days, alert_record_days } = keeping.record;
    return json(response, {
      office: keeping.privacy.office, contact: keeping.privacy.contact, purpose,
      kept: { all_hours, motion_days, alert_days, alert_record_days, plate_days: 30, memory_days: 30 },
      cameras: written.map((one) => ({ id: one.id, name: one.name, purpose: one.purpose ?? purpose, record: one.record ?? 'continuous', privacy_masks: one.privacy_masks.length })),
    }); // prettier-ignore
  }
  if (path === 'setup') return json(response, { needed: false, language: 'vi' });
  if (path === 'session' || path === 'me') return json(response, ME);
  if (path === 'arming/month') return json(response, settings.month(query.get('month')));
  if (kind === 'settings') {
    const answer = (body) => {
      const [status, told] = settings.change(request.method, path, body);
      return status < 300 ? json(response, told) : problem(response, status, told);
    };
    return request.method === 'GET' ? answer({}) : void sentBody(request).then(answer);
  }
  if (path === 'arming') {
    const reason = { vi: 'Đã bật từ 18:00 đến 06:00: ban đêm, giờ cao điểm trộm (01:00–03:00)', en: 'Armed from 18:00 to 06:00: night, peak hours (01:00–03:00)' }; // prettier-ignore
    return json(response, { at: iso(nowMs()), armed: true, peak: true, holiday: false, from: null, until: null, reason, cameras: cameras.map((one) => ({ camera: one.id, armed: true, peak: true, holiday: false, from: null, until: null, reason, zones: [] })), orders }); // prettier-ignore
  }
  if (path === 'events') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(`event: heartbeat\ndata: ${JSON.stringify({ at: iso(nowMs()) })}\n\n`);
    listeners.add(response);
    return request.on('close', () => listeners.delete(response));
  }
  if (path === 'shift') return json(response, shift({ alerts, cameras, nowMs, iso }));
  if (path === 'shift/notes' || path === 'shift/duty') {
    return void sentBody(request).then(({ text, on }) => {
      if (text === undefined) setDuty(ME.name, on);
      else addNote(ME.name, text);
      json(response, shift({ alerts, cameras, nowMs, iso }));
    });
  }
  if (path === 'reports/daily')
    return json(response, {
      ...dailyReport({ alerts, nowMs, iso }, query.get('day')),
      heads: heads(cameras, iso(nowMs())),
    });
  if (path === 'audit') return json(response, auditLog({ alerts, cameras, nowMs, iso }, query));
  if (path === 'device') return json(response, device({ nowMs, iso }));
  if (kind === 'accounts') {
    return void sentBody(request).then((wanted) => {
      const [status, said] = changeAccounts(request.method, id, wanted, iso(nowMs()));
      if (status >= 400) return problem(response, status, `refused: ${said}`, said || undefined);
      return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
    });
  }
  if (path === 'cameras') return json(response, { items: cameras });
  if (kind === 'cameras' && part === 'snapshot.jpg') {
    const lost = cameras.find((c) => c.id === id)?.state !== 'live';
    const frame = frames[lost ? 0 : Math.floor(nowMs() / 1000) % frames.length];
    const at = lost ? cameras.find((c) => c.id === id)?.since : iso(nowMs());
    return file(request, response, join(folder, frame), { 'content-type': 'image/jpeg', 'x-picture-at': at });
  }
  if (path === 'alerts') return json(response, pageOf(foundAlerts(alerts, query), query));
  if (kind === 'recordings') return void recordings(request, response, path, query);
  if (path === 'vehicles') {
    const { items, next_cursor } = pageOf(foundVehicles(query), query);
    return json(response, { items: items.map(vehicleNow), next_cursor });
  }
  if (kind === 'plates') {
    if (request.method === 'GET') return json(response, { items: plates });
    return void changePlates(request, response, id);
  }
  if (kind === 'vehicles') {
    const vehicle = vehicles.find(({ track }) => track === id);
    if (!vehicle) return problem(response, 404, 'No such vehicle');
    if (part === 'crops') return file(request, response, join(folder, `${path.split('/')[3]}.jpg`), { 'content-type': 'image/jpeg' }); // prettier-ignore
    const others = sameAs(vehicle).filter((other) => other !== vehicle);
    const sighting = ({ track, camera: where, camera_name, first_at, night, stopped }) => ({ track, camera: where, camera_name, at: first_at, night, stopped }); // prettier-ignore
    const before = others.find((other) => other.first_at < vehicle.first_at);
    return json(response, { ...vehicleNow(vehicle), before: before ? sighting(before) : null, others: others.map(sighting) }); // prettier-ignore
  }
  if (kind === 'cases') return json(response, caseInFull(id));
  if (path === 'lessons') return json(response, { items: [] });
  const alert = kind === 'alerts' && alerts.find((candidate) => candidate.id === id);
  if (!alert) return problem(response, 404, 'No such thing');
  if (request.method === 'POST') {
    if (alert.owner && alert.owner !== 'an' && part !== 'note' && part !== 'plan')
      return problem(response, 409, `${alert.owner} has it`);
    return void sentBody(request).then((body) => {
      if (part === 'plan') tick(alert, ME.name, iso(nowMs()), body);
      else handleAlert(alert, 'an', part, body);
      json(response, { ...alert, plan: planOf(alert), trails: trailsOf(alert) });
      send('alert', alert);
    });
  }
  if (part === 'snapshot.jpg') return file(request, response, join(folder, frames[12]), { 'content-type': 'image/jpeg' }); // prettier-ignore
  if (part === 'crops') {
    const known = Object.keys(CROPS).some((attribute) => crop === `${attribute}.jpg`);
    if (!known) return problem(response, 404, 'No such crop');
    return file(request, response, join(folder, crop), { 'content-type': 'image/jpeg' });
  }
  if (part === 'clip.mp4') {
    const start = iso(Date.parse(alert.at) - 10_000);
    if (nowMs() - Date.parse(alert.at) < 2000) return problem(response, 404, 'No video yet');
    const clip = alert.open ? 'clip18.mp4' : 'clip30.mp4';
    return file(request, response, join(folder, clip), {
      'content-type': 'video/mp4',
      'x-clip-start': start,
    });
  }
  return json(response, { ...alert, plan: planOf(alert), trails: trailsOf(alert) });
}

const recordings = mockRecordings({ base, nowMs, iso, folder, film: footage, cameras, alerts, file, json, problem, sentBody }); // prettier-ignore
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }; // prettier-ignore
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'"; // prettier-ignore
createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://mock');
  if (url.pathname.startsWith('/api/v1/'))
    return api(request, response, url.pathname.slice(8), url.searchParams);
  const path = join(dist, url.pathname === '/' ? 'index.html' : url.pathname);
  if (!existsSync(path)) return problem(response, 404, 'No such page');
  response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? '', 'content-security-policy': POLICY });
  return response.end(readFileSync(path));
}).listen(port, '127.0.0.1', function () {
  console.log(`canhdem: page at http://127.0.0.1:${this.address().port}/`);
  console.log('canhdem: sign in as demo with the password any');
});
