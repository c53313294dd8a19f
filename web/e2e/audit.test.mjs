// Who did what, read by an administrator of the real program; evidence taken home from the page.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { startAppliance } from './appliance.mjs';
import { assertAccessible } from './axe.mjs';

const SHOTS = fileURLToPath(new URL('screenshots/', import.meta.url));
const SOON = 30_000;

let appliance, browser, page;
const errors = [];

before(async () => {
  mkdirSync(SHOTS, { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  });
  page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  page.setDefaultTimeout(SOON);
  page.on('pageerror', (error) => errors.push(String(error)));
  appliance = await startAppliance();
  const { origin, name, password } = appliance;
  const answer = await page.context().request.post(`${origin}/api/v1/session`, { data: { name, password } });
  assert.equal(answer.status(), 200);
});

after(async () => {
  await browser?.close();
  await appliance?.end();
});

const get = async (path) => (await page.context().request.get(`${appliance.origin}/api/v1/${path}`)).json();
const shot = (name) => page.screenshot({ path: `${SHOTS}${name}.png` });

/** Some alert, once there is one. */
async function anAlert() {
  for (let tries = 0; tries < 120; tries += 1) {
    const { items } = await get('alerts');
    if (items.length > 0) return items.at(-1);
    await new Promise((resolve) => void setTimeout(resolve, 1000));
  }
  throw new Error('no alert came');
}

describe('the audit log', () => {
  it('tells who looked, and who took evidence home', async () => {
    const { id } = await anAlert();
    await page.goto(`${appliance.origin}/#/alerts/${id}`);
    const link = page.locator('.evidence a');
    await link.scrollIntoViewIfNeeded();
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    const pack = readFileSync(await download.path());
    assert.equal(pack.subarray(0, 4).toString('latin1'), 'PK\u0003\u0004');
    assert.match(download.suggestedFilename(), /^canhdem_.*\.zip$/);
    await page.click('summary.tool');
    await page.click('.account-audit');
    await page.waitForSelector('tr[data-act="exported"]');
    await page.waitForSelector('tr[data-act="alert_viewed"]');
    await assertAccessible(page, 'the audit log');
    await shot('audit');
  });

  it('is filtered, and leads to the key of the appliance', async () => {
    await page.selectOption('select[name="group"]', 'takes');
    await page.waitForFunction(() => document.querySelectorAll('.audit-table tbody tr').length === 1);
    // Days are typed as in Vietnam, whatever language this browser has; the night of the demo is that of 17/02/2026.
    const from = page.locator('[name=from]');
    const rows = (count) =>
      page.waitForFunction((n) => document.querySelectorAll('.audit-table tbody tr').length === n, count);
    await from.fill('31/2/2026');
    assert.equal(await from.getAttribute('aria-invalid'), 'true');
    await from.fill('18/2/2026');
    await from.blur();
    assert.equal(await from.inputValue(), '18/02/2026 00:00');
    await rows(0);
    await from.fill('17/02/2026 1h00');
    await rows(1);
    await page.click('a[href="#/audit/device"]');
    await page.waitForSelector('.device-fingerprint');
    const { fingerprint } = await get('device');
    assert.equal(await page.textContent('.device-fingerprint'), fingerprint);
    await assertAccessible(page, 'the key of the appliance');
    await page.setViewportSize({ width: 390, height: 844 });
    await shot('device-narrow');
    assert.deepEqual(errors, []);
  });
});
