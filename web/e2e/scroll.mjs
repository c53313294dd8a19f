// Scrolls through a queue of a hundred thousand alerts, and through one of a thousand beside it: `npm run scroll`. Against the
// mock, because nobody has so many. Not a test: it prints the time between two frames of both, and fails only where a
// frame showed no row, or where the page held more rows than are in view.
//   npm run scroll -- 100000
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DESK, launch } from './browser.mjs';

const COUNT = Number(process.argv[2] ?? 100_000);
const FEW = 1_000;
/** Rows in the page at most: those in view and some around them. */
const MOST_ROWS = 40;
const TURNS = 300;
const PORT = 18_790;

const browser = await launch();
let failed = false;
try {
  for (const [at, count] of [FEW, COUNT].entries()) failed = (await measure(count, PORT + at)) || failed;
} finally {
  await browser.close();
}
process.exit(failed ? 1 : 0);

async function measure(count, port) {
  const mock = spawn('node', [fileURLToPath(new URL('../mock/server.mjs', import.meta.url)), 'demo', '--port', port], {
    env: { ...process.env, MOCK_ALERTS: String(count) },
    stdio: ['ignore', 'pipe', 'inherit'],
  }); // prettier-ignore
  try {
    await new Promise((done, fail) => {
      mock.stdout.once('data', done);
      mock.once('exit', fail);
    });
    const page = await (await browser.newContext({ viewport: DESK })).newPage();
    page.setDefaultTimeout(600_000);
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForSelector('.queue-list li');
    const loading = performance.now();
    const height = await page.evaluate(toTheEnd, count);
    const loadedS = (performance.now() - loading) / 1000;
    const found = await page.evaluate(scroll, TURNS);
    const sorted = found.frames.toSorted((a, b) => a - b);
    const part = (of) => `${sorted[Math.floor((sorted.length - 1) * of)].toFixed(0)} ms`;
    console.log(
      `${count} alerts: list ${Math.round(height)} px high, loaded in ${loadedS.toFixed(0)} s; ${sorted.length} frames, ` +
        `median ${part(0.5)}, 95 % ${part(0.95)}, longest ${part(1)}; at most ${found.mostRows} rows in the page, ` +
        `${found.empty} frames without a row in the middle`,
    );
    return found.empty > 0 || found.mostRows > MOST_ROWS;
  } finally {
    mock.kill();
  }
}

/** In the page: scrolls down until nothing more comes; returns the list's height. */
async function toTheEnd(count) {
  const list = document.querySelector('.queue-list');
  const frame = () => new Promise((done) => window.requestAnimationFrame(done));
  for (;;) {
    list.scrollTop = list.scrollHeight;
    await frame();
    const last = list.querySelector('li:last-child');
    // The last row offers no more; a row is never lower than that.
    const isAll = last && !last.querySelector('button') && list.scrollHeight > count * 60;
    if (isAll && list.scrollTop + list.clientHeight >= list.scrollHeight - 2) return list.scrollHeight;
  }
}

/** In the page: a wheel that turns a row a frame, and now and then a leap to anywhere, as by the bar at the side. */
async function scroll(turns) {
  const list = document.querySelector('.queue-list');
  const frame = () => new Promise((done) => window.requestAnimationFrame(done));
  const found = { frames: [], mostRows: 0, empty: 0 };
  let last = await frame();
  for (let turn = 0; turn < turns; turn += 1) {
    const leap = ((turn * 7919) % 997) / 997;
    list.scrollTop = turn % 20 === 0 ? leap * list.scrollHeight : list.scrollTop + 120;
    const now = await frame();
    found.frames.push(now - last);
    last = now;
    found.mostRows = Math.max(found.mostRows, list.querySelectorAll('li').length);
    const box = list.getBoundingClientRect();
    const middle = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    if (!middle?.closest('li')) found.empty += 1;
  }
  return found;
}
