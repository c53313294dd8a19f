// Fifty pages that listen and sixteen live tiles, against the real program: `npm run load`. Not a test: it prints what it
// measured, and fails only where something was lost.
//   CANHDEM_BIN=../target/release/canhdem E2E_FOOTAGE=../.demo/footage npm run load -- 60
import { readFileSync } from 'node:fs';
import { startAppliance } from './appliance.mjs';
import { launch } from './browser.mjs';

const LISTENERS = 50;
const TILES = 16;
const SECONDS = Number(process.argv[2] ?? 60);

const appliance = await startAppliance();
const browser = await launch();
let failed = false;
try {
  failed = await measure();
} finally {
  await browser.close();
  await appliance.end();
}
process.exit(failed ? 1 : 0);

async function measure() {
  const { origin, name, password } = appliance;
  const answer = await fetch(`${origin}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ name, password }),
  });
  const [cookie] = answer.headers.get('set-cookie').split(';');
  const get = (path, options) => fetch(`${origin}/api/v1/${path}`, { headers: { cookie }, ...options });
  const cameras = (await (await get('cameras')).json()).items.map(({ id }) => id);

  const stop = new AbortController();
  const heard = Array.from({ length: LISTENERS }, () => new Map());
  await Promise.all(heard.map((events) => listen(events, get, stop.signal)));
  const allListen = performance.now();
  const page = await (await browser.newContext()).newPage();
  await page.context().addCookies([cookieOf(cookie, origin)]);
  await page.goto(`${origin}/favicon.svg`);
  const wanted = Array.from({ length: TILES }, (_, tile) => cameras[tile % cameras.length]);
  await page.evaluate(openTiles, { origin, wanted });

  const before = cpuSeconds(appliance.pid);
  const lists = [];
  const until = performance.now() + SECONDS * 1000;
  while (performance.now() < until) {
    const asked = performance.now();
    await (await get('alerts?limit=50')).arrayBuffer();
    lists.push(performance.now() - asked);
    await new Promise((done) => setTimeout(done, 500));
  }
  const cores = (cpuSeconds(appliance.pid) - before) / SECONDS;
  const tiles = await page.evaluate(() => window.tiles);
  // Whoever is told last has a moment more.
  const first = (id) => Math.min(...heard.map((events) => events.get(id) ?? Infinity));
  const told = [...new Set(heard.flatMap((events) => [...events.keys()]))].filter(
    (id) => first(id) > allListen,
  );
  await new Promise((done) => setTimeout(done, 2000));
  stop.abort();

  const spreads = [];
  let lost = 0;
  for (const id of told) {
    const times = heard.map((events) => events.get(id)).filter((time) => time !== undefined);
    lost += LISTENERS - times.length;
    spreads.push(Math.max(...times) - Math.min(...times));
  }
  const silent = tiles.filter(({ fragments }) => fragments === 0).length;
  const say = (what, value) => process.stdout.write(`${what.padEnd(52)} ${value}\n`);
  say(`events told to each of ${LISTENERS} pages in ${SECONDS} s`, `${told.length}, lost ${lost}`);
  say('  from the first page to the last, ms: median, most', `${part(spreads, 0.5)}, ${part(spreads, 1)}`);
  say(`live tiles: fragments a second, of ${TILES}`, (sum(tiles) / SECONDS).toFixed(0));
  say('  longest pause of each, ms: median, most', pauses(tiles));
  say('  tiles without a picture', silent);
  say('list of alerts meanwhile, ms: median, 95 %', `${part(lists, 0.5)}, ${part(lists, 0.95)}`);
  say('processor of appliance and simulated cameras, cores', cores.toFixed(2));
  return lost > 0 || silent > 0 || told.length === 0;
}

/** Notes when each event came, once the stream is open. */
async function listen(events, get, signal) {
  const { body } = await get('events', { signal });
  void (async () => {
    let text = '';
    try {
      for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const whole = text.split('\n\n');
        text = whole.pop();
        for (const event of whole) {
          const [, kind] = /^event: ?(\S+)/m.exec(event) ?? [];
          const [, id] = /^id: ?(\d+)/m.exec(event) ?? [];
          if (id && kind !== 'heartbeat' && !events.has(id)) events.set(id, performance.now());
        }
      }
    } catch (error) {
      if (error.name !== 'AbortError') throw error;
    }
  })();
}

/** Runs in the page. */
function openTiles({ origin, wanted }) {
  window.tiles = wanted.map((id) => {
    const tile = { id, fragments: 0, pause: 0, last: performance.now() };
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/api/v1/cameras/${id}/live`);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => {
      if (typeof data === 'string') return;
      const now = performance.now();
      tile.pause = Math.max(tile.pause, now - tile.last);
      tile.last = now;
      tile.fragments += 1;
    };
    return tile;
  });
}

function cookieOf(cookie, origin) {
  const [name, value] = cookie.split('=');
  return { name, value, url: origin, httpOnly: true, sameSite: 'Strict' };
}

/** User and system time of a process, from Linux. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function sum(tiles) {
  return tiles.reduce((all, { fragments }) => all + fragments, 0);
}

function pauses(tiles) {
  const all = tiles.map(({ pause }) => pause);
  return `${part(all, 0.5)}, ${part(all, 1)}`;
}

function part(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = Math.min(sorted.length - 1, Math.floor(share * sorted.length));
  return sorted.length ? sorted[at].toFixed(0) : '-';
}
