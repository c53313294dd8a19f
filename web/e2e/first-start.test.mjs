// An appliance that is new, on the real program: from the set-up token to the first settled alert, two guards at once, the
// handover and the report of the day; and every view before axe-core.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startAppliance } from './appliance.mjs';
import { assertAccessible } from './axe.mjs';
import { DESK, PHONE, SOON, enter, launch, openPage } from './browser.mjs';

const SHOTS = fileURLToPath(new URL('screenshots/', import.meta.url));
const FIRST_ALERT = 120_000;
const ADMIN = ['chi.huy', 'mot con meo den'];
const GUARDS = [
  ['lan', 'hai con ga trong'],
  ['minh', 'ba con vit xiem'],
];

let appliance, browser, admin;
const told = { errors: [], strangers: [] };
const guards = [];
const shot = (page, name) => page.screenshot({ path: `${SHOTS}${name}.png` });

before(async () => {
  mkdirSync(SHOTS, { recursive: true });
  browser = await launch();
  appliance = await startAppliance({ setUp: true });
});

after(async () => {
  await browser?.close();
  await appliance?.end();
});

const chosen = (page) => page.getAttribute('.queue [aria-current=true]', 'data-alert');

describe('an appliance that is new', { concurrency: 1 }, () => {
  it('makes the first administrator of whoever has the token, and of nobody else', async () => {
    admin = await openPage(browser, appliance.origin, told);
    await admin.waitForSelector('[name=token]');
    await assertAccessible(admin, 'set-up');
    const fill = async (token, password = ADMIN[1]) => {
      await admin.fill('[name=token]', token);
      await admin.fill('[name=name]', ADMIN[0]);
      await admin.fill('[name=password]', password);
      await admin.fill('[name=again]', password);
      await admin.keyboard.press('Enter');
    };
    const says = async (password, words) => {
      await admin.fill('[name=password]', password);
      await admin.locator('.password-length', { hasText: words }).waitFor();
    };
    await fill('khong-phai-ma-nay');
    await admin.locator('.wrong', { hasText: 'không phải mã thiết lập' }).waitFor();
    await says('matkhau', 'Còn thiếu 5 ký tự');
    await says('mot con meo den', 'Đủ dài');
    await says('mot con meo den ngoi', 'Dài, tốt');
    await admin.getByRole('button', { name: 'Hiện: Mật khẩu', exact: true }).click();
    assert.equal(await admin.getAttribute('[name=password]', 'type'), 'text');
    assert.equal(await admin.getAttribute('[name=again]', 'type'), 'password');
    await assertAccessible(admin, 'a password that is shown');
    await shot(admin, 'set-up');
    await admin.getByRole('button', { name: 'Ẩn: Mật khẩu', exact: true }).click();
    await fill(appliance.token, 'matkhau123456');
    await admin.locator('.wrong', { hasText: 'không dễ đoán' }).waitFor();
    await fill(appliance.token);
    await admin.waitForSelector('.page .sound-on');
    const stranger = await openPage(browser, appliance.origin, told);
    await stranger.waitForSelector('[name=password]');
    assert.equal(await stranger.locator('[name=token]').count(), 0);
    await assertAccessible(stranger, 'sign-in');
    await stranger.context().close();
  });

  it('lets the administrator claim its first alert', async () => {
    await admin.waitForSelector('[data-alert]', { timeout: FIRST_ALERT });
    // Chosen, so that the next one does not take its place.
    await admin.locator('[data-alert]').first().click();
    // What came up a moment ago cannot be settled yet.
    await admin.waitForSelector('.handling:not(.not-seen) kbd:text-is("A")');
    await admin.keyboard.press('a');
    await admin.locator('.handling-told', { hasText: 'Bạn đang xử lý' }).waitFor();
    await admin.waitForSelector('.history strong:text-is("chi.huy")');
  });

  it('keeps accounts, by pointer and by name', async () => {
    await admin.click('.account summary');
    await admin.click('.account-all');
    await admin.waitForSelector('[data-account="chi.huy"]');
    for (const [name, password] of GUARDS) {
      await admin.fill('.account-new [name=name]', name);
      await admin.fill('.account-new [name=password]', password);
      await admin.click('.account-new [type=submit]');
      await admin.waitForSelector(`[data-account="${name}"]`);
    }
    // The last administrator stays.
    const own = admin.locator('[data-account="chi.huy"]');
    await own.locator('.account-tools button').nth(2).click();
    await own.locator('.wrong', { hasText: 'quản trị viên cuối cùng' }).waitFor();
    const minh = admin.locator('[data-account="minh"]');
    await minh.locator('.account-tools button').first().click();
    await assertAccessible(admin, 'accounts');
    await shot(admin, 'accounts');
    await minh.locator('.choice input[type=radio]').nth(1).check();
    await minh.locator('.choice-camera input').first().check();
    await minh.locator('[type=submit]').click();
    await minh.locator('form').waitFor({ state: 'detached' });
    const camera = (await admin.context().request.get(`${appliance.origin}/api/v1/accounts`)).json();
    const cameras = (await camera).items.find(({ name }) => name === 'minh').cameras;
    assert.equal(cameras.length, 1);
    await minh.locator('.account-tools button').first().click();
    await minh.locator('.choice input[type=radio]').first().check();
    await minh.locator('[type=submit]').click();
    await minh.locator('form').waitFor({ state: 'detached' });
  });

  it('draws the second factor as a code', async () => {
    await admin.click('.account summary');
    await admin.click('.account-menu button:nth-of-type(2)');
    await admin.waitForSelector('.account-dialog .qr path');
    await assertAccessible(admin, 'second factor');
    await shot(admin, 'second-factor');
    await admin.keyboard.press('Escape');
    // Until the dialog is gone its field has the keys.
    await admin.waitForSelector('.account-dialog', { state: 'detached' });
    await admin.keyboard.press('Escape');
    await admin.waitForSelector('.queue');
  });
});

describe('two guards', { concurrency: 1 }, () => {
  /** An alert that nobody has claimed, once there is one. */
  const unclaimed = async () => {
    const deadline = performance.now() + FIRST_ALERT;
    for (;;) {
      const answer = await admin.context().request.get(`${appliance.origin}/api/v1/alerts?state=new`);
      const [alert] = (await answer.json()).items;
      if (alert) return alert.id;
      assert.ok(performance.now() < deadline, 'no alert is new');
      await admin.waitForTimeout(500);
    }
  };
  const show = async (page, id) => {
    await page.goto(`${appliance.origin}/#/alerts/${id}`);
    await page.waitForFunction(
      (wanted) => document.querySelector('.queue [aria-current=true]')?.dataset.alert === wanted,
      id,
    );
    // What came up a moment ago cannot be settled yet.
    await page.waitForSelector('.handling:not(.not-seen) kbd:text-is("A")');
  };

  it('settle an alert by keys alone, from the sign-in on', async () => {
    const id = await unclaimed();
    for (const [name, password] of GUARDS) {
      const page = await openPage(browser, `${appliance.origin}`, told);
      await page.waitForSelector('[name=name]:focus');
      await page.keyboard.type(name);
      await page.keyboard.press('Tab');
      await page.keyboard.type(password);
      await page.keyboard.press('Enter');
      await page.waitForSelector('.page .sound-on');
      guards.push({ name, page });
    }
    const [{ page }] = guards;
    // Down the queue to an alert that nobody has claimed, whichever comes first.
    await page.waitForSelector(`[data-alert="${id}"]`);
    const isNew = '.queue [aria-current=true] .new-mark';
    for (let step = 0; step < 30 && (await page.locator(isNew).count()) === 0; step += 1)
      await page.keyboard.press('j');
    await page.waitForSelector(isNew);
    const mine = await chosen(page);
    await page.waitForSelector('.handling:not(.not-seen) kbd:text-is("A")');
    await page.keyboard.press('a');
    await page.locator('.handling-told', { hasText: 'Bạn đang xử lý' }).waitFor();
    await page.keyboard.press('t');
    await page.locator('.queue-told', { hasText: 'báo động thật' }).waitFor();
    const answer = await page.context().request.get(`${appliance.origin}/api/v1/alerts/${mine}`);
    const { state, owner, verdict } = await answer.json();
    assert.deepEqual([state, owner, verdict], ['resolved', 'lan', 'true_alarm']);
  });

  it('claim at once: one wins, and both see whose it is', async () => {
    const id = await unclaimed();
    await Promise.all(guards.map(({ page }) => show(page, id)));
    await Promise.all(guards.map(({ page }) => page.keyboard.press('a')));
    const claims = async () => {
      const answer = await admin.context().request.get(`${appliance.origin}/api/v1/alerts/${id}`);
      return (await answer.json()).history.filter(({ act }) => act === 'claimed');
    };
    for (const from = Date.now(); (await claims()).length === 0;) {
      assert.ok(Date.now() - from < SOON, 'nobody has claimed it');
      await admin.waitForTimeout(100);
    }
    // Both keys have come to what they come to.
    for (const { page } of guards) await page.waitForSelector('.handling-told:not(:empty)');
    const [{ who: owner }, ...others] = await claims();
    assert.deepEqual(others, []);
    assert.ok(
      guards.some(({ name }) => name === owner),
      owner,
    );
    for (const { name, page } of guards) {
      const mine = 'Bạn đang xử lý';
      const told = name === owner ? mine : new RegExp(`${owner} (đang xử lý|đã nhận)`);
      await page.locator('.handling-told', { hasText: told }).waitFor();
      const listed = page.locator(`[data-alert="${id}"]`);
      await listed.filter({ hasText: name === owner ? mine : `${owner} đang xử lý` }).waitFor();
    }
    await shot(guards[0].page, 'two-guards');
  });

  it('tick off the plan, and the other sees it at once', async () => {
    const [lan, minh] = guards;
    await lan.page.locator('.plan-step').nth(1).click();
    await minh.page.waitForSelector('.plan li:nth-child(2) [aria-checked=true]');
    await minh.page.locator('.plan li:nth-child(2) small', { hasText: 'lan' }).waitFor();
    await minh.page.locator('.history q', { hasText: 'Khóa cổng sau' }).waitFor();
    await minh.page.locator('.plan-step').nth(1).click();
    await lan.page.waitForSelector('.plan li:nth-child(2) [aria-checked=false]');
    await lan.page.locator('.history', { hasText: 'bỏ đánh dấu' }).waitFor();
    await lan.page.locator('.plan-step').first().click();
    await lan.page.waitForSelector('.plan li:nth-child(1) [aria-checked=true]');
    await shot(lan.page, 'plan');
  });

  it('see where somebody went, and what goes on now beside the clip', async () => {
    const [{ page }] = guards;
    const id = await chosen(page);
    await page.locator('.map summary').click();
    await page.waitForSelector('.map .zone-own polygon');
    // While it goes on there are more from moment to moment.
    const deadline = performance.now() + SOON;
    for (;;) {
      const answer = await page.context().request.get(`${appliance.origin}/api/v1/alerts/${id}`);
      const { trails } = await answer.json();
      assert.ok(trails.length > 0 && trails.every(({ points }) => points.length > 0));
      if ((await page.locator('.map .way').count()) === trails.length) break;
      assert.ok(performance.now() < deadline, 'the map does not show every way');
      await page.waitForTimeout(200);
    }
    await page.locator('.map').scrollIntoViewIfNeeded();
    await assertAccessible(page, 'map of zones');
    await shot(page, 'map');
    await page.keyboard.press('c');
    await page.waitForSelector('.beside .live.fresh video');
    await assertAccessible(page, 'beside');
    await shot(page, 'beside');
    await page.keyboard.press('c');
    await page.waitForSelector('.facts');
  });

  it('hand the shift over, and a supervisor reads the day', async () => {
    const [lan] = guards;
    await lan.page.keyboard.press('h');
    await lan.page.click('.duty-say');
    await lan.page.locator('.on-duty', { hasText: 'lan' }).waitFor();
    await lan.page.fill('.shift-note-form textarea', 'Cổng phụ kẹt khóa, thợ đến sáng mai');
    await lan.page.click('.shift-note-form [type=submit]');
    await lan.page.locator('.shift-note', { hasText: 'Cổng phụ kẹt khóa' }).waitFor();
    await shot(lan.page, 'shift');
    await admin.goto(`${appliance.origin}/#/shift`);
    await admin.locator('.on-duty', { hasText: 'lan' }).waitFor();
    await admin.locator('.shift-note', { hasText: 'Cổng phụ kẹt khóa' }).waitFor();
    await admin.click('.shift-tabs .tab:nth-child(2)');
    await admin.waitForSelector('.report-page[data-day="2026-02-16"]');
    // One was true; it happened in the hour from 01:00.
    const entry = (n) => admin.textContent(`.number-entry:nth-child(${n}) dd`);
    assert.ok(Number(await entry(1)) >= 2);
    assert.equal(await entry(2), '1');
    const hour = admin.locator('.hour-chart tbody tr', { hasText: '01:00' });
    assert.equal(await hour.locator('td').first().textContent(), '1');
    assert.ok((await admin.locator('.bar-true_alarms').count()) >= 2);
    await shot(admin, 'report');
    await admin.emulateMedia({ media: 'print' });
    assert.equal(await admin.locator('.header').isVisible(), false);
    assert.equal(await admin.locator('.report-page').isVisible(), true);
    await shot(admin, 'report-print');
    await admin.emulateMedia({ media: null });
    await admin.click('.report-tools .tool:first-child');
    await admin.waitForSelector('.report-page[data-day="2026-02-15"]');
    assert.equal(await entry(1), '0');
  });

  it('have a language each, in any browser', async () => {
    const [, minh] = guards;
    await minh.page.click('.language');
    await minh.page.waitForSelector('html[lang=en]');
    const { language } = await (
      await minh.page.context().request.get(`${appliance.origin}/api/v1/me`)
    ).json();
    assert.equal(language, 'en');
    const elsewhere = await openPage(browser, appliance.origin, told);
    await enter(elsewhere, ...GUARDS[1]);
    await elsewhere.waitForSelector('.page .queue');
    assert.equal(await elsewhere.getAttribute('html', 'lang'), 'en');
    await elsewhere.context().close();
  });
});

describe('every view', { concurrency: 1 }, () => {
  const VIEWS = [
    ['alerts', '.alert .facts'],
    ['live', '.live-grid'],
    ['vehicles', '.vehicle-list[aria-busy=false]'],
    ['shift', '.handover'],
    ['shift/report', '.report-page'],
    ['accounts', '.accounts-list .card'],
    ['search', '.found-list[aria-busy=false]'],
    ['recordings', '.rec-player[data-state=shown]'],
    ['settings/cameras', '[data-camera]'],
    ['settings/zones', '.canvas img'],
    ['settings/arming', '.month-day'],
    ['settings/plans', 'textarea[name=office]'],
    ['settings/keeping', '.keeping input'],
    ['notice', '.notice-sheet'],
  ];

  for (const [view, ready] of VIEWS) {
    it(`of the address ${view} has no fault that axe knows`, async () => {
      for (const [viewport, size] of [
        [DESK, 'desk'],
        [PHONE, 'phone'],
      ]) {
        await admin.setViewportSize(viewport);
        await admin.goto(`${appliance.origin}/#/${view}`);
        const isPhoneQueue = size === 'phone' && view === 'alerts';
        await admin.waitForSelector(isPhoneQueue ? '.queue .item' : ready);
        await assertAccessible(admin, `${view} at a ${size}`);
        await shot(admin, `${size}-${view.replace('/', '-')}`);
      }
      await admin.setViewportSize(DESK);
    });
  }

  it('and every dialog as well', async () => {
    await admin.goto(`${appliance.origin}/#/alerts`);
    await admin.waitForSelector('.alert .facts');
    await admin.keyboard.press('?');
    await admin.waitForSelector('dialog.help[open]');
    await assertAccessible(admin, 'help');
    await admin.keyboard.press('Escape');
    await admin.click('button.arming-word');
    await admin.waitForSelector('.armed-cameras .armed');
    await assertAccessible(admin, 'arming');
    await admin.keyboard.press('Escape');
    await admin.click('.tile');
    await admin.waitForSelector('.camera-view');
    await assertAccessible(admin, 'camera');
    await admin.goto(`${appliance.origin}/#/vehicles`);
    await admin.click('.vehicles .tab:not([aria-current])');
    await admin.waitForSelector('.plate-form');
    await assertAccessible(admin, 'plates');
  });
});

describe('whoever guesses passwords', { concurrency: 1 }, () => {
  it('is locked out with the same words whether the name exists or not', async () => {
    const names = ['minh', 'khong.ai.ca'];
    const thief = await openPage(browser, appliance.origin, told);
    await thief.waitForSelector('[name=password]');
    const guess = async (name) => {
      const answered = thief.waitForResponse((answer) => answer.url().endsWith('/api/v1/session'));
      await enter(thief, name, 'doan mo mat khau');
      const answer = await answered;
      const { detail } = await answer.json();
      await thief.waitForFunction(() => document.querySelector('.door-form .wrong')?.textContent !== '');
      return { status: answer.status(), detail, words: await thief.textContent('.door-form .wrong') };
    };
    const seen = { minh: [], 'khong.ai.ca': [] };
    for (let attempt = 0; attempt < 4; attempt += 1)
      for (const name of names) seen[name].push(await guess(name));
    const [known, unknown] = names.map((name) => seen[name]);
    assert.deepEqual(known[0], unknown[0]);
    assert.equal(known[0].status, 401);
    assert.match(known[0].words, /Tên hoặc mật khẩu không đúng/);
    assert.deepEqual(known.at(-1), unknown.at(-1));
    assert.equal(known.at(-1).status, 429);
    assert.match(known.at(-1).words, /Thử sai quá nhiều lần/);
    await shot(thief, 'locked-out');
    await thief.context().close();
  });

  it('and nobody made an error, or asked anybody else', () => {
    assert.deepEqual(told.errors, []);
    assert.deepEqual(told.strangers, []);
  });
});
