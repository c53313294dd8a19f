// The audit log, the device's key, and signed heads, as the appliance tells them.

const LINK = '9f2c41d07be3a85561e0c7f4d2ab3908'.repeat(2);

const DEEDS = [
  ['an', '10.0.0.21', 'alert_viewed', 'cong-chinh', null],
  ['an', '10.0.0.21', 'alert_played', 'cong-chinh', null],
  ['an', '10.0.0.21', 'alert_resolved', 'cong-chinh', 'false_alarm: insect'],
  ['binh', '10.0.0.22', 'disarmed', 'bai-xe', '2026-02-17T00:30:00.000+07:00 – 2026-02-17T01:00:00.000+07:00: Xe chở hàng Tết vào'],
  [null, '10.0.0.99', 'sign_in_failed', null, null],
  ['demo', '10.0.0.5', 'configuration_changed', 'cong-chinh', 'zones of cong-chinh'],
  ['demo', '10.0.0.5', 'exported', 'cong-chinh', null],
  [null, null, 'recordings_removed', 'bai-xe', 'segments=81 bytes=255852544 from=2026-02-10T18:30:00Z to=2026-02-10T18:43:20Z'],
  ['demo', '10.0.0.5', 'account_changed', null, 'an: guard, cameras bai-xe, cong-chinh, password set'],
  [null, null, 'started', null, 'canhdem 0.1.0, after an end that was not written down'],
]; // prettier-ignore
const COUNT = 230;

export function auditLog({ alerts, cameras, nowMs, iso }, query) {
  const entry = (number) => {
    const [who, address, what, camera, detail] = DEEDS[number % DEEDS.length];
    const alert = what.startsWith('alert_') || what === 'exported' ? (alerts[0]?.id ?? null) : null;
    const camera_name = cameras.find(({ id }) => id === camera)?.name ?? camera;
    const at = iso(nowMs() - (COUNT - number) * 97_000);
    return { number, at, who, address, what, camera, camera_name, alert, detail };
  };
  const asked = (key) => query.get(key)?.split(',') ?? null;
  const before = Number(query.get('cursor') ?? COUNT + 1);
  const all = Array.from({ length: COUNT }, (_, n) => entry(COUNT - n));
  const found = all.filter(
    ({ number, who, what, camera }) =>
      number < before &&
      (asked('who')?.includes(who) ?? true) &&
      (asked('what')?.includes(what) ?? true) &&
      (asked('camera')?.includes(camera) ?? true),
  );
  const items = found.slice(0, 100);
  return { items, next_cursor: found.length > 100 ? String(items.at(-1).number) : null };
}

export const device = ({ nowMs, iso }) => ({
  appliance: '0190f7a0-0000-7000-8000-00000000aaaa',
  public_key: LINK,
  fingerprint: '9f2c 41d0 7be3 a855 61e0 c7f4 d2ab 3908',
  // Nothing that a reader understands, but as dense.
  qr: {
    size: 41,
    path: Array.from({ length: 33 * 33 }, (_, n) => n)
      .filter((n) => (n * n + 3 * n + (n >> 3)) % 7 < 3)
      .map((n) => `M${4 + (n % 33)} ${4 + Math.floor(n / 33)}h1v1h-1z`)
      .join(''),
  },
  version: '0.1.0',
  at: iso(nowMs()),
});

export const heads = (cameras, at) => [
  { camera: null, camera_name: null, day: at.slice(0, 10), count: COUNT, link: LINK, signed_at: at },
  ...cameras.slice(0, 3).map(({ id, name }) => ({
    camera: id,
    camera_name: name,
    day: at.slice(0, 10),
    count: 2160,
    link: LINK,
    signed_at: at,
  })),
];
