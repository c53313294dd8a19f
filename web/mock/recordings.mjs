// What the stand-in for the appliance answers about recordings: two days of made-up video over a real film.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lunarOf } from './settings.mjs';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** `base` is when the office's clock started, `file` sends a file, `json` and `problem` answer. */
export function mockRecordings({
  base,
  nowMs,
  iso,
  folder,
  film,
  cameras,
  alerts,
  file,
  json,
  problem,
  sentBody,
}) {
  const kept = [];
  const deletions = [];
  const offset = 7 * 60 * MINUTE;
  const id = (n) => `0190f7a0-0000-7000-c000-${String(n).padStart(12, '0')}`;
  const isRecorded = (ms) =>
    ms >= base - 2 * DAY && ms < nowMs() - 2000 && Math.floor(ms / (20 * MINUTE)) % 9 !== 4;

  function stretches(from, to) {
    const found = [];
    for (let ms = Math.floor(from / MINUTE) * MINUTE; ms < to; ms += MINUTE) {
      if (!isRecorded(ms)) continue;
      const last = found.at(-1);
      const end = Math.min(ms + MINUTE, nowMs() - 2000, to);
      if (last && last.end === ms) last.end = end;
      else found.push({ start: Math.max(ms, from), end });
    }
    return found.map(({ start, end }) => ({ from: iso(start), to: iso(end) }));
  }
  const motion = (from, to, seed) => {
    const found = [];
    for (let ms = Math.ceil(from / MINUTE) * MINUTE; ms < to; ms += MINUTE) {
      const wave = Math.sin(ms / 7e6 + seed) + Math.sin(ms / 9e5 + 3 * seed);
      if (isRecorded(ms) && wave > 0.7)
        found.push({ at: iso(ms), seconds: Math.min(60, Math.ceil(wave * 30)) });
    }
    return found;
  };
  const of = (camera, from, to) =>
    alerts.filter(
      (alert) => alert.camera === camera && Date.parse(alert.at) >= from && Date.parse(alert.at) < to,
    );

  /** A minute of the film, made once. */
  function clip(seconds) {
    const path = join(folder, `recorded${seconds}.mp4`);
    if (!existsSync(path)) {
      execFileSync('ffmpeg', ['-v', 'error', '-y', '-stream_loop', '-1', '-i', film, '-t', String(seconds), '-c:v', 'libx264',
        '-preset', 'ultrafast', '-g', '20', '-pix_fmt', 'yuv420p', '-movflags', '+faststart', path]); // prettier-ignore
    }
    return path;
  }

  return async function answer(request, response, path, query) {
    const [, camera, part, keptId] = path.split('/');
    if (!cameras.some((known) => known.id === camera)) return problem(response, 404, 'No such camera');
    const time = (key) => Date.parse(query.get(key) ?? '');
    if (part === 'timeline') {
      const [from, to] = [time('from'), time('to')];
      const marks = of(camera, from, to).reverse().map(({ id, at, last_seen_at, severity, state, verdict }) => ({ id, at, last_seen_at, severity, state, verdict })); // prettier-ignore
      const now = kept.filter((one) => one.camera === camera && one.released_at === null);
      return json(response, {
        from: iso(from), to: iso(to), recorded: stretches(from, to), motion: motion(from, to, camera.length), alerts: marks, kept: now,
      }); // prettier-ignore
    }
    if (part === 'days') {
      const month = query.get('month');
      const first = Date.parse(`${month}-01T00:00:00Z`) - offset;
      const items = Array.from({ length: 31 }, (_, day) => first + day * DAY)
        .filter((ms) => iso(ms).startsWith(month))
        .map((ms) => {
          const those = of(camera, ms, ms + DAY);
          const rank = ['notice', 'warning', 'critical'].filter((name) => those.some((alert) => alert.severity === name)); // prettier-ignore
          return { date: iso(ms).slice(0, 10), lunar: lunarOf(iso(ms).slice(0, 10)), recorded: stretches(ms, ms + DAY).length > 0, kept: false, alerts: those.length, severity: rank.at(-1) ?? null }; // prettier-ignore
        });
      return json(response, { items });
    }
    if (part === 'preview.jpg') {
      const at = time('at');
      if (!isRecorded(at)) return problem(response, 404, 'No video of this time');
      const frame = `frame${String((Math.floor(at / 1000) % 30) + 1).padStart(2, '0')}.jpg`;
      return file(request, response, join(folder, frame), {
        'content-type': 'image/jpeg',
        'x-picture-at': iso(at),
      });
    }
    if (part === 'clip.mp4') {
      const [from, to] = [time('from'), Math.min(time('to'), nowMs() - 5000)];
      if (!(to > from) || !isRecorded(from)) return problem(response, 404, 'No video of this time');
      const headers = { 'content-type': 'video/mp4', 'x-clip-start': iso(from) };
      if (query.get('download')) headers['content-disposition'] = `attachment; filename="${camera}.mp4"`;
      return file(request, response, clip(Math.max(1, Math.round((to - from) / 1000))), headers);
    }
    if (part === 'kept' && request.method === 'POST') {
      const { from, to, reason } = await sentBody(request);
      if (!reason) return problem(response, 422, '`reason`: says why', 'reason');
      const one = { id: id(kept.length), camera, from: iso(Date.parse(from)), to: iso(Date.parse(to)), reason, kept_by: 'demo', kept_at: iso(nowMs()), released_by: null, released_at: null }; // prettier-ignore
      kept.unshift(one);
      response.writeHead(201, { 'content-type': 'application/json' });
      return response.end(JSON.stringify(one));
    }
    if (part === 'kept' && request.method === 'DELETE') {
      const one = kept.find((known) => known.id === keptId);
      if (!one) return problem(response, 404, 'No such stretch');
      Object.assign(one, { released_by: 'demo', released_at: iso(nowMs()) });
      return json(response, one);
    }
    if (part === 'kept') return json(response, { items: kept.filter((one) => one.camera === camera) });
    if (part === 'deletions' && request.method === 'POST') {
      const { from, to, reason } = await sentBody(request);
      if (!reason) return problem(response, 422, '`reason`: says why', 'reason');
      if (
        kept.some(
          (one) => one.camera === camera && one.released_at === null && one.from < to && one.to > from,
        )
      ) {
        return problem(
          response,
          409,
          'somebody keeps some of it: it has to be released before it can be deleted',
        );
      }
      const one = { id: id(900 + deletions.length), from: iso(Date.parse(from)), to: iso(Date.parse(to)), reason, segments: 3, bytes: 9e6, deleted_by: 'demo', deleted_at: iso(nowMs()), camera }; // prettier-ignore
      deletions.unshift(one);
      response.writeHead(201, { 'content-type': 'application/json' });
      return response.end(JSON.stringify(one));
    }
    if (part === 'deletions') {
      return json(response, { items: deletions.filter((one) => one.camera === camera) });
    }
    return problem(response, 404, 'No such thing');
  };
}

/** Alerts as `GET /alerts` finds them. */
export function foundAlerts(alerts, query) {
  const list = (key) => query.get(key)?.split(',').filter(Boolean) ?? [];
  const is = (key, value) => list(key).length === 0 || list(key).includes(value);
  const wears = (alert, attribute) =>
    alert.persons.some((person) =>
      person.attributes.some((one) => one.attribute === attribute && one.answer === 'yes'),
    );
  const words = (query.get('text') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return alerts.filter(
    (alert) =>
      is('camera', alert.camera) && is('severity', alert.severity) && is('state', alert.state) &&
      is('verdict', alert.verdict) && is('owner', alert.owner) &&
      (list('kind').length === 0 || alert.findings.some(({ kind }) => list('kind').includes(kind))) &&
      list('attribute').every((attribute) => wears(alert, attribute)) &&
      words.every((word) => alert.history.some(({ text }) => text?.toLowerCase().includes(word))) &&
      (!query.get('plate') || alert.plate === query.get('plate')) &&
      (!query.get('from') || Date.parse(alert.at) >= Date.parse(query.get('from'))) &&
      (!query.get('to') || Date.parse(alert.at) < Date.parse(query.get('to'))),
  ); // prettier-ignore
}
