// Guards, each with a browser of their own.
import { chromium } from 'playwright-core';

export const DESK = { width: 1366, height: 768 };
export const PHONE = { width: 390, height: 844 };
export const SOON = 30_000;

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  }); // prettier-ignore

/** A page of somebody's own, signed in by hand; `errors` and `strangers` gather what must not be. */
export async function openPage(browser, origin, { errors, strangers }, viewport = DESK) {
  const page = await (await browser.newContext({ viewport })).newPage();
  page.setDefaultTimeout(SOON);
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== origin) strangers.push(url.href);
  });
  await page.goto(origin);
  return page;
}

export async function enter(page, name, password) {
  await page.fill('[name=name]', name);
  await page.fill('[name=password]', password);
  await page.keyboard.press('Enter');
}
