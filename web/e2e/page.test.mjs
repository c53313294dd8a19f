// The page against the real program, in a real browser. One visit from the first picture to the lost
// server, in order: each step waits for what it needs to see.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { startAppliance } from './appliance.mjs';

const SHOTS = fileURLToPath(new URL('screenshots/', import.meta.url));
/** Of the demo's films: the yard, the corridor and the car park, any of which may come first. */
const VIDEO_WIDTHS = (process.env.E2E_VIDEO_WIDTH ?? '768,1280,1920').split(',').map(Number);
const DESK = { width: 1366, height: 768 };
const PHONE = { width: 390, height: 844 };
const SOON = 30_000;
const FIRST_ALERT = 90_000;
const CAMERA_DROPS = 150_000;

let appliance, browser, page;
const errors = [];
const strangers = [];
const listedFirst = new Set();
let navigations = 0;
let isServerKilled = false;

before(async () => {
  mkdirSync(SHOTS, { recursive: true });
  // The browser first: the page has to be open before the first alert.
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'], // prettier-ignore
  });
  page = await browser.newPage({ viewport: DESK });
  appliance = await startAppliance();
  await watch(appliance.origin);
  await signIn(page.context());
  await page.goto(appliance.origin);
});

/** Without a form: gives the context the cookie. */
async function signIn(context) {
  const { origin, name, password } = appliance;
  const answer = await context.request.post(`${origin}/api/v1/session`, { data: { name, password } });
  assert.equal(answer.status(), 200);
}

after(async () => {
  await browser?.close();
  await appliance?.end();
});

/** Notes errors, and requests to anybody else. */
function watch(origin) {
  // What is not written yet is asked for again, and the browser reports each such answer.
  const mayBeMissing = /\/(clip\.mp4|snapshot\.jpg|crops\/[^/]+\/\w+\.jpg|crops\/\w+)(\?|$)/;
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() !== 'error' || isServerKilled) return;
    const { url } = message.location();
    if (message.text().includes('404') && mayBeMissing.test(url)) return;
    errors.push(`${message.text()} (${url})`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== origin) strangers.push(url.href);
  });
  page.on('domcontentloaded', () => (navigations += 1));
  let isFirstList = true;
  page.on('response', async (response) => {
    if (!isFirstList || new URL(response.url()).pathname !== '/api/v1/alerts') return;
    isFirstList = false;
    for (const { id } of (await response.json()).items) listedFirst.add(id);
  });
  // Counts the tones that the page starts.
  return page.addInitScript(() => {
    window.tones = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...args) {
      window.tones += 1;
      return start.apply(this, args);
    };
  });
}

const shot = (name) => page.screenshot({ path: `${SHOTS}${name}.png` });
const until = (condition, argument, timeout = SOON) => page.waitForFunction(condition, argument, { timeout });

/** Waits until a video goes on, and its picture is another. */
const untilMoves = async (selector) => {
  const look = (of) => {
    const video = document.querySelector(of);
    if (!video?.videoWidth) return null;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [64, 36];
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    return {
      time: video.currentTime,
      pixels: context.getImageData(0, 0, canvas.width, canvas.height).data.join(),
    };
  };
  const before = await page
    .waitForFunction(look, selector, { timeout: SOON })
    .then((seen) => seen.jsonValue());
  const deadline = performance.now() + SOON;
  for (;;) {
    const now = await page.evaluate(look, selector);
    if (now && now.time > before.time && now.pixels !== before.pixels) return;
    assert.ok(performance.now() < deadline, `${selector} does not move`);
    await page.waitForTimeout(100);
  }
};

/** From now on `stale` counts how often a video that stands still for longer than it may is said to be live. */
const watchForStale = () =>
  page.evaluate(() => {
    const seen = new WeakMap();
    window.stale = 0;
    setInterval(() => {
      for (const video of document.querySelectorAll('.live.fresh video')) {
        const known = seen.get(video);
        if (known?.time !== video.currentTime)
          seen.set(video, { time: video.currentTime, since: performance.now() });
        else if (performance.now() - known.since > 4_000) window.stale += 1;
      }
    }, 100);
  });

/** What is pressed or filled in and smaller than a finger, and whether anything sticks out sideways. */
const layoutFaults = () =>
  page.evaluate(() => {
    const pressed = 'button, input:not([type=radio], [aria-hidden]), select, label.kind';
    const small = [...document.querySelectorAll(pressed)]
      .map((button) => ({
        name: button.className || button.textContent,
        box: button.getBoundingClientRect(),
      }))
      .filter(({ box }) => box.width > 0 && (box.width < 43.5 || box.height < 43.5))
      .map(({ name, box }) => `${name}: ${box.width}x${box.height}`);
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
    const overflow =
      scrollWidth > clientWidth || scrollHeight > clientHeight ? ['the page itself scrolls'] : [];
    const boxes = [...document.querySelectorAll('.search, .vehicle, .vehicle-words, .plate-form, .entry')];
    const wide = boxes
      .filter((box) => box.scrollWidth > box.clientWidth + 1)
      .map((box) => `${box.className} is too narrow`);
    return [...small, ...overflow, ...wide];
  });

describe('the guard’s page', { concurrency: 1 }, () => {
  it('lets in who knows the password, and leads out who is no longer signed in', async () => {
    const context = await browser.newContext({ viewport: DESK });
    const door = await context.newPage();
    const address = `${appliance.origin}/#kept`;
    await door.goto(address);
    await door.waitForSelector('.door-form');
    assert.equal(await door.locator('.page').count(), 0);
    await door.screenshot({ path: `${SHOTS}sign-in.png` });
    const enter = async (password) => {
      await door.fill('[name=name]', appliance.name);
      await door.fill('[name=password]', password);
      await door.click('.door-send');
    };
    await enter('nothing like it');
    await door.waitForSelector('.wrong:text("Tên hoặc mật khẩu không đúng.")');
    await enter(appliance.password);
    // The click that signs in is the gesture which the sound waits for.
    await door.waitForSelector('.page .sound-on');
    assert.equal(door.url(), address);
    await door.click('.account summary');
    await door.screenshot({ path: `${SHOTS}account.png` });
    await door.click('.account-out');
    await door.waitForSelector('.door-form');
    await enter(appliance.password);
    await door.waitForSelector('.page');
    // Elsewhere, so to speak: the page learns it from an answer.
    await context.request.delete(`${appliance.origin}/api/v1/session`);
    await door.waitForSelector('.door-form');
    assert.equal(door.url(), address);
    await context.close();
  });

  it('asks for a gesture before it makes a sound', async () => {
    await page.waitForSelector('.sound-locked');
    await page.click('.brand h1');
    await page.waitForSelector('.sound-on');
  });

  it('shows cameras live, with pictures of this moment', async () => {
    await until(
      () =>
        [...document.querySelectorAll('.tile .picture.fresh img')].filter((i) => i.naturalWidth > 0).length >=
        2,
      undefined,
      60_000,
    );
    const before = await page.getAttribute('.tile .picture.fresh img', 'src');
    await until((src) => document.querySelector('.tile .picture.fresh img')?.src !== src, before);
  });

  it('rings and shows a new alert without a reload', async () => {
    await until(
      (listed) =>
        [...document.querySelectorAll('[data-alert]')].some((e) => !listed.includes(e.dataset.alert)),
      [...listedFirst],
      FIRST_ALERT,
    );
    assert.equal(navigations, 1);
    await until(() => window.tones > 0);
  });

  it('plays its clip at once', async () => {
    await until(
      (widths) => {
        const video = document.querySelector('video');
        return video && widths.includes(video.videoWidth) && video.currentTime > 0.2;
      },
      VIDEO_WIDTHS,
      60_000,
    );
    const at = await page.evaluate(() => document.querySelector('video').currentTime);
    await until((time) => Math.abs(document.querySelector('video')?.currentTime - time) > 0.5, at);
    assert.equal(await page.evaluate(() => document.querySelector('video').muted), true);
  });

  it('marks the findings on a time bar, and a mark seeks', async () => {
    // Chosen by hand, it stays, whatever comes next.
    await page.click('[aria-current=true]');
    await page.waitForSelector('.time-mark');
    const label = await page.getAttribute('.time-mark', 'aria-label');
    assert.match(label, /\d\d:\d\d:\d\d/);
    await page.evaluate(() => document.querySelector('video').pause());
    await page.click('.time-mark');
    await page.waitForSelector('.boxes rect', { state: 'attached' });
    await shot('desk');
  });

  it('is whole at 1366x768', async () => {
    assert.deepEqual(await layoutFaults(), []);
    const bottom = await page.evaluate(() => document.querySelector('.strip').getBoundingClientRect().bottom);
    assert.ok(bottom <= DESK.height);
  });

  it('lets a guard claim, note and settle it', async () => {
    const chosen = await page.getAttribute('[aria-current=true]', 'data-alert');
    const item = page.locator(`[data-alert="${chosen}"]`);
    await page.keyboard.press('a');
    await page.locator('.handling .handled-claimed').waitFor();
    assert.equal(await item.locator('.new-mark').count(), 0);
    await page.keyboard.press('n');
    await page.locator('.handling-note input').pressSequentially('Đã gọi bảo vệ, cổng khóa');
    await page.keyboard.press('Enter');
    await page.locator('.history q', { hasText: 'Đã gọi bảo vệ, cổng khóa' }).waitFor();
    assert.deepEqual(await layoutFaults(), []);
    await shot('claimed');
    await page.keyboard.press('f');
    await page.keyboard.press('2');
    await page.locator('.queue-told', { hasText: 'báo nhầm: ánh đèn' }).waitFor();
    assert.equal(await item.locator('.handled-false_alarm').count(), 1);
    await page.click('.queue-told button');
    await until((id) => document.querySelector('[aria-current=true]')?.dataset.alert === id, chosen);
    await page.locator('.handling .handled-false_alarm').waitFor();
    await shot('settled');
  });

  it('disarms by hand, and takes that back', async () => {
    await page.click('button.arming-word');
    await page.waitForSelector('.armed-cameras .armed');
    assert.deepEqual(await layoutFaults(), []);
    await shot('arming');
    await page.click('.order-form [type=submit]');
    await page.waitForSelector('.order-form [name=reason][aria-invalid=true]');
    await page.fill('.order-form [name=reason]', 'Sửa điện ban đêm');
    await page.keyboard.press('Enter');
    await page.locator('.orders li', { hasText: 'Sửa điện ban đêm' }).waitFor();
    await page.waitForSelector('.arming.disarmed');
    await page.click('.orders .quiet-button');
    await page.waitForSelector('.orders', { state: 'detached' });
    await page.waitForSelector('.arming.armed');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.arming-dialog', { state: 'detached' });
  });

  it('shows which keys there are', async () => {
    await page.keyboard.press('?');
    await page.locator('dialog.help').waitFor();
    // A key does nothing else while they are shown.
    await page.keyboard.press('m');
    await page.keyboard.press('Escape');
    await page.locator('dialog.help').waitFor({ state: 'detached' });
    assert.equal(await page.locator('.sound-on').count(), 1);
  });

  it('obeys the keys', async () => {
    const isPaused = () => page.evaluate(() => document.querySelector('video').paused);
    const wasPaused = await isPaused();
    await page.keyboard.press(' ');
    await until((paused) => document.querySelector('video').paused !== paused, wasPaused);
    await page.keyboard.press('m');
    await page.waitForSelector('.sound-off');
    await page.keyboard.press('m');
    await page.waitForSelector('.sound-on');
    const chosen = () => page.getAttribute('[aria-current=true]', 'data-alert');
    const all = await page.$$eval('[data-alert]', (items) => items.map((item) => item.dataset.alert));
    await page.keyboard.press('k');
    const first = await chosen();
    await page.keyboard.press('j');
    if (all.length > 1)
      await until((id) => document.querySelector('[aria-current=true]')?.dataset.alert !== id, first);
    assert.ok(await chosen());
  });

  it('enlarges a camera, live, and comes back', async () => {
    await page.click('.tile');
    await page.waitForSelector('.camera-view .live.fresh video');
    await untilMoves('.camera-view .live.fresh video');
    assert.match(await page.textContent('.camera-view .live-time'), /\d\d:\d\d:\d\d/);
    await shot('camera');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.alert');
  });

  it('shows several cameras live at once', async () => {
    await page.keyboard.press('l');
    await page.waitForSelector('.live-grid-4');
    await until(() => document.querySelectorAll('.live.fresh video').length >= 3, undefined, 60_000);
    await untilMoves('.live.fresh video');
    assert.deepEqual(await layoutFaults(), []);
    await shot('live-4');
    const shown = () => page.$$eval('[data-live]', (tiles) => tiles.map((tile) => tile.dataset.live));
    const first = await shown();
    assert.equal(first.length, 4);
    await page.keyboard.press('ArrowRight');
    await until((id) => !document.querySelector(`[data-live="${id}"]`), first[0]);
    const all = [...first, ...(await shown())];
    assert.equal(new Set(all).size, all.length);
    await page.click('.live-sizes .tool:nth-child(3)');
    await page.waitForSelector('.live-grid-9');
    assert.deepEqual((await shown()).sort(), all.sort());
    await page.waitForSelector('.live.fresh video');
    await shot('live-9');
    await page.click('.live-tile');
    await page.waitForSelector('.live-view .camera-view .live.fresh video');
    await page.click('.camera-view-head .tool');
    await page.waitForSelector('.live-grid-9');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.alert');
    await page.keyboard.press('l');
    await page.waitForSelector('.live-grid-9');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.alert');
  });

  it('finds vehicles by what is known of their plates', async () => {
    await page.keyboard.press('x');
    await page.waitForSelector('.vehicles');
    await page.waitForSelector('.vehicle-list[aria-busy=false]');
    assert.deepEqual(await layoutFaults(), []);
    await shot('vehicles');
    const plate = page.locator('.search [name=plate]');
    await plate.fill('12A_1');
    assert.equal(await plate.getAttribute('aria-invalid'), 'true');
    assert.equal(await page.locator('.search-go').isDisabled(), true);
    await plate.fill('');
    // A key in a field is text: this one would mute the alarm elsewhere.
    await plate.pressSequentially('m?2*');
    await page.waitForSelector('.sound-on');
    // The list asks by itself, too, when a vehicle comes.
    const asked = page.waitForResponse((response) => {
      const { pathname, searchParams } = new URL(response.url());
      return pathname === '/api/v1/vehicles' && searchParams.get('plate') === 'm?2*';
    });
    await plate.press('Enter');
    const answer = await asked;
    assert.equal(answer.status(), 200);
    await page.waitForSelector('.vehicle-list[aria-busy=false]');
    assert.equal(await page.locator('.vehicle').count(), (await answer.json()).items.length);
    await page.click('.search .quiet-button');
    assert.equal(await page.inputValue('.search [name=plate]'), '');
  });

  it('says of a vehicle when else it came by', async (t) => {
    await page.waitForSelector('.vehicle-list[aria-busy=false]');
    const read = page.locator('.vehicle:has(.plate-type)').first();
    if ((await read.count()) === 0) return t.skip('no plate was read yet');
    await read.locator('.vehicle-tools [aria-expanded]').click();
    await read.locator('.others :is(li, p)').first().waitFor();
    const text = await read.locator('.plate-type .unseen').textContent();
    await read.locator('.vehicle-tools button').nth(1).click();
    await until((plate) => document.querySelector('.search [name=plate]')?.value === plate, text);
    await page.waitForSelector('.vehicle-list[aria-busy=false]');
    return shot('vehicles-found');
  });

  it('keeps the lists of plates', async () => {
    await page.click('.tab:not([aria-current])');
    await page.waitForSelector('.plate-form');
    assert.deepEqual(await layoutFaults(), []);
    await page.fill('.plate-form [name=pattern]', '99Z-1?3.45');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.plate-form [name=reason][aria-invalid=true]:focus');
    await page.fill('.plate-form [name=reason]', 'Đi lại nhiều đêm');
    await page.keyboard.press('Enter');
    const entry = page.locator('.entry', { hasText: '99Z-1?3.45' });
    await entry.waitFor();
    assert.match(await page.textContent('.plates-told'), /99Z-1\?3\.45/);
    await entry.locator('button').first().click();
    await page.fill('.plate-form [name=note]', 'Xe con màu đen');
    await page.click('.kind:not(.chosen)');
    await page.click('.plate-form [type=submit]');
    await page.locator('.plates-known .entry', { hasText: 'Xe con màu đen' }).waitFor();
    await shot('plates');
    await entry.locator('button').nth(1).click();
    await entry.locator('.danger').click();
    await entry.waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.waitForSelector('.alert');
  });

  it('speaks Vietnamese first, English on request, and remembers', async () => {
    assert.equal(await page.textContent('.queue h2'), 'Báo động');
    await page.click('.language');
    await until(() => document.documentElement.lang === 'en');
    assert.equal(await page.textContent('.queue h2'), 'Alerts');
    await page.waitForSelector('.item-reason');
    await shot('desk-english');
    await page.reload();
    await until(() => document.querySelector('.queue h2')?.textContent === 'Alerts');
    await page.click('.language');
    await until(() => document.documentElement.lang === 'vi');
  });

  it('works on a phone', async () => {
    await page.setViewportSize(PHONE);
    await page.waitForSelector('.item');
    assert.deepEqual(await layoutFaults(), []);
    await shot('phone');
    await page.click('[data-alert]');
    await until(() => document.querySelector('video')?.currentTime > 0);
    assert.equal(await page.locator('.queue').count(), 0);
    assert.deepEqual(await layoutFaults(), []);
    await shot('phone-alert');
    await page.click('.back-bar');
    await page.waitForSelector('.queue');
    await page.click('[data-view=vehicles]');
    await page.waitForSelector('.vehicle-list[aria-busy=false]');
    await page.click('.search [aria-expanded]');
    assert.deepEqual(await layoutFaults(), []);
    await shot('phone-vehicles');
    await page.click('.tab:not([aria-current])');
    await page.waitForSelector('.plate-form');
    assert.deepEqual(await layoutFaults(), []);
    await shot('phone-plates');
    await page.click('[data-view=live]');
    await page.waitForSelector('.live.fresh video');
    assert.deepEqual(await layoutFaults(), []);
    await shot('phone-live');
    await page.click('[data-view=alerts]');
    await page.waitForSelector('.queue');
    await page.setViewportSize(DESK);
  });

  it('goes on with what was recorded meanwhile', async (t) => {
    // Of the yard by day, where somebody always walks: elsewhere an alert may be about to end.
    const busy = page.locator('[data-alert]', { hasText: 'Sân sau' }).first();
    if ((await busy.count()) === 0) return t.skip('the yard by day has no alert');
    // By its id: another one may come to the head of the queue at any moment.
    const id = await busy.getAttribute('data-alert');
    await page.click(`[data-alert="${id}"]`);
    await until((id) => document.querySelector('[aria-current=true]')?.dataset.alert === id, id);
    if ((await page.locator('.alert-kind .open').count()) === 0) return t.skip('the alert has ended');
    // The player may be another one a moment later.
    const known = await page.waitForFunction(() => document.querySelector('video')?.duration || false);
    const length = await known.jsonValue();
    await page.waitForFunction(() => {
      const video = document.querySelector('video');
      if (!(video?.duration > 0)) return false;
      video.currentTime = video.duration - 0.3;
      void video.play().catch(() => undefined);
      return true;
    });
    const goesOn = await page.waitForFunction(
      (before) => {
        if (document.querySelector('video')?.duration > before + 1) return 'more';
        return document.querySelector('.alert-kind .open') ? false : 'ended';
      },
      length,
      { timeout: 60_000 },
    );
    if ((await goesOn.jsonValue()) === 'ended') return t.skip('the alert has ended');
    return until((before) => document.querySelector('video')?.currentTime > before - 1, length);
  });

  it('never shows a stopped camera as live', async () => {
    await page.keyboard.press('l');
    await page.waitForSelector('.live.fresh video');
    await watchForStale();
    // Somebody is at the desk: an unattended page goes back to the alerts.
    let isLeft = false;
    const stay = setInterval(() => {
      isLeft = !isLeft;
      void page.mouse.move(isLeft ? 100 : 200, 400);
    }, 10_000);
    await page
      .waitForSelector('.live-tile-lost .live.old', { timeout: CAMERA_DROPS })
      .finally(() => clearInterval(stay));
    assert.match(await page.textContent('.live-tile-lost .live-words'), /Mất tín hiệu/);
    assert.equal(await page.locator('.live-tile-lost .live.fresh').count(), 0);
    await shot('live-lost');
    assert.equal(await page.evaluate(() => window.stale), 0);
    await page.keyboard.press('Escape');
    await page.waitForSelector('.strip');
  });

  it('says in words that a camera is lost, since when and why', async () => {
    await page.waitForSelector('.tile-lost', { timeout: CAMERA_DROPS });
    const words = await page.textContent('.tile-lost .camera-words');
    assert.match(words, /Mất tín hiệu/);
    assert.match(words, /từ \d\d:\d\d:\d\d/);
    assert.ok((await page.textContent('.tile-lost .camera-reason')).length > 5);
    assert.equal(await page.locator('.tile-lost .picture.fresh').count(), 0);
    await shot('camera-lost');
  });

  it('made no error and asked nobody else', () => {
    assert.deepEqual(errors, []);
    assert.deepEqual(strangers, []);
  });

  it('says when the appliance is out of reach, and trusts nothing older', async () => {
    isServerKilled = true;
    appliance.kill();
    await page.waitForSelector('.banner-critical');
    assert.match(await page.textContent('.banner-critical'), /Mất liên lạc với máy canh từ \d\d:\d\d:\d\d/);
    assert.match(await page.title(), /^⚠/);
    await until(() => document.querySelectorAll('.picture.fresh').length === 0);
    await shot('lost');
  });
});
