// Looking back and searching, against the real program in a real browser.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { chromium } from 'playwright-core';
import { startAppliance } from './appliance.mjs';
import { assertAccessible } from './axe.mjs';

const SOON = 60_000;
const FIRST_ALERT = 120_000;

let appliance, browser, page, camera;
const errors = [];

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'], // prettier-ignore
  });
  page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  page.on('pageerror', (error) => errors.push(String(error)));
  appliance = await startAppliance();
  const { origin, name, password } = appliance;
  const answer = await page.context().request.post(`${origin}/api/v1/session`, { data: { name, password } });
  assert.equal(answer.status(), 200);
  await page.goto(origin);
});

after(async () => {
  await browser?.close();
  await appliance?.end();
});

const until = (condition, argument, timeout = SOON) => page.waitForFunction(condition, argument, { timeout });
const api = async (path) => (await page.context().request.get(`${appliance.origin}/api/v1/${path}`)).json();
const clock = () => page.textContent('.rec-clock strong');

describe('looking back', () => {
  it('plays what was recorded around an alert', async () => {
    await page.waitForSelector('.item', { timeout: FIRST_ALERT });
    const [alert] = (await api('alerts?limit=1')).items;
    camera = alert.camera;
    // Enough of it to be played for some seconds.
    const isWhole = ({ from, to }) =>
      Date.parse(from) <= Date.parse(alert.at) && Date.parse(to) >= Date.parse(alert.at) + 10_000;
    const deadline = performance.now() + SOON;
    while (!(await api(`recordings/${camera}/timeline`)).recorded.some(isWhole)) {
      assert.ok(performance.now() < deadline, 'too little is recorded');
      await page.waitForTimeout(500);
    }
    await page.goto(`${appliance.origin}/#/recordings/${camera}?at=${encodeURIComponent(alert.at)}`);
    await page.waitForSelector(`.rec-player[data-camera="${camera}"] video`, { timeout: SOON });
    await until(() => document.querySelector('.rec-player')?.dataset.state === 'shown');
    const before = await clock();
    await page.keyboard.press(' ');
    await until((before) => {
      const video = document.querySelector('.rec-player video');
      const clock = document.querySelector('.rec-clock strong')?.textContent;
      return video && !video.paused && video.currentTime > 0 && clock !== before;
    }, before);
    assert.notEqual(await clock(), before);
    await page.keyboard.press(' ');
  });

  it('is dragged through with pictures of key frames, and says where in its address', async () => {
    const { from } = (await api(`recordings/${camera}/timeline`)).recorded[0];
    await page.goto(`${appliance.origin}/#/recordings/${camera}?at=${encodeURIComponent(from)}`);
    for (let step = 0; step < 3; step += 1) await page.keyboard.press('+');
    const previews = [];
    page.on('response', (answer) => {
      if (answer.url().includes('/preview.jpg')) previews.push(answer.status());
    });
    const head = await page.locator('.rec-head').boundingBox();
    const track = await page.locator('.rec-track').boundingBox();
    const y = track.y + 40;
    await page.mouse.move(head.x + 1, y);
    await page.mouse.down();
    for (let x = 1; x < 12; x += 1) await page.mouse.move(head.x + x, y);
    await page.waitForSelector('.rec-player img', { timeout: SOON });
    await page.mouse.up();
    const deadline = performance.now() + SOON;
    while (previews.length === 0) {
      assert.ok(performance.now() < deadline, 'no picture of a key frame was asked for');
      await page.waitForTimeout(100);
    }
    assert.ok(
      previews.every((status) => [200, 304, 404].includes(status)),
      String(previews),
    );
    await until(() => window.location.hash.includes('at='));
  });

  it('keeps a stretch by the keyboard alone, and releases it', async () => {
    await page.keyboard.press('i');
    await page.keyboard.press('.');
    await page.keyboard.press('.');
    await page.keyboard.press('o');
    await page.fill('.rec-keep input', 'Công an yêu cầu');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.rec-kept-list li[data-kept]', { timeout: SOON });
    const { items } = await api(`recordings/${camera}/kept`);
    assert.deepEqual([items.length, items[0].reason, items[0].released_at], [1, 'Công an yêu cầu', null]);
    await page.click('.rec-kept-list .quiet-button');
    await page.click('.rec-kept-list .quiet-button.sure');
    await page.waitForSelector('.rec-kept-list li.released', { timeout: SOON });
  });

  it('saves a stretch as a film', async () => {
    const [saved] = await Promise.all([
      page.waitForEvent('download', { timeout: SOON }),
      page.click('.rec-panel a[download]'),
    ]);
    assert.match(saved.suggestedFilename(), new RegExp(`^${camera}_\\d{4}-\\d\\d-\\d\\d_\\d{6}\\.mp4$`));
  });

  it('deletes a stretch after asking twice, and says who did', async () => {
    await page.click('.rec-delete .danger');
    await page.fill('[name=delete-reason]', 'Theo yêu cầu của ông A');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.rec-delete .danger.sure');
    await assertAccessible(page, 'deletion');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.rec-deleted li[data-deleted]', { timeout: SOON });
    const { items } = await api(`recordings/${camera}/deletions`);
    assert.deepEqual(
      [items.length, items[0].reason, items[0].deleted_by],
      [1, 'Theo yêu cầu của ông A', appliance.name],
    );
    const [from, to] = [items[0].from, items[0].to].map(encodeURIComponent);
    assert.deepEqual((await api(`recordings/${camera}/timeline?from=${from}&to=${to}`)).recorded, []);
    const { items: entries } = await api('audit?what=recordings_deleted');
    assert.deepEqual(
      entries.map(({ who, camera }) => [who, camera]),
      [[appliance.name, camera]],
    );
  });

  it('has a calendar with marks', async () => {
    await page.keyboard.press('g');
    await page.waitForSelector('.rec-day.recorded', { timeout: SOON });
    await page.waitForSelector('.rec-day .lunar-mark');
    await assertAccessible(page, 'calendar');
    await page.click('.rec-day.recorded');
    await until(() => !document.querySelector('dialog[open]'));
  });
});

describe('searching', () => {
  it('finds alerts, and leads to each', async () => {
    await page.goto(`${appliance.origin}/#/search?kind=person`);
    await page.waitForSelector('.found', { timeout: SOON });
    const id = await page.getAttribute('.found', 'data-alert');
    await page.selectOption('select[name=camera]', camera);
    await until(() => window.location.hash.includes('camera='));
    await page.goBack();
    await page.goto(`${appliance.origin}/#/alerts/${id}`);
    await page.waitForSelector('article.alert', { timeout: SOON });
  });

  it('says so where there is no such alert', async () => {
    await page.goto(`${appliance.origin}/#/alerts/00000000-0000-7000-8000-000000000000`);
    await page.waitForSelector('.alert-none [role=status]', { timeout: SOON });
  });

  it('had no errors', () => assert.deepEqual(errors, []));
});
