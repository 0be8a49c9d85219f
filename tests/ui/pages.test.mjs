/** Every page, in both sizes, both schemes and two languages: nothing fails, and axe finds nothing. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { desktop, openPage, phone, startBrowser, startServer } from './harness.mjs';

const shots = process.env.RENMAI_SHOTS;
const settle = 400;
let server;
let browser;

before(async () => {
  if (shots) mkdirSync(shots, { recursive: true });
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const looks = [
  { name: 'zh-light', size: desktop, scheme: 'light', language: 'zh-CN' },
  { name: 'en-dark', size: desktop, scheme: 'dark', language: 'en' },
  { name: 'zh-phone', size: phone, scheme: 'light', language: 'zh-CN' },
  { name: 'en-phone-dark', size: phone, scheme: 'dark', language: 'en' },
];

const pages = [
  ['list', '/customers'],
  ['filtered', `/customers?where=${encodeURIComponent('{"all":[{"field":"kind","in":["person"]}]}')}`],
  ['empty', '/customers?q=zzzzqqqq'],
  ['create', '/customers/new'],
  ['orders', '/orders'],
  ['import', '/imports/new'],
  ['imports', '/imports'],
  ['quality', '/quality'],
  ['jobs', '/jobs'],
  ['profile', '/settings/profile'],
  ['security', '/settings/security'],
  ['welcome', '/welcome'],
  ['lost', '/nowhere/at/all/here'],
];

for (const look of looks) {
  test(`pages in ${look.name}`, { timeout: 400_000 }, async () => {
    const p = await openPage(browser, server, look);
    const found = [];
    const check = async (name) => {
      await p.page.locator('h1').first().waitFor();
      await p.page.waitForFunction(
        () => !document.querySelector('.blank, .skeleton, .skeleton-cell, .card-waiting'),
      );
      await p.page.waitForTimeout(settle);
      if (shots) await p.page.screenshot({ path: `${shots}/${name}-${look.name}.png` });
      found.push(...(await p.axe()).map((v) => `${name}: ${v}`));
      const wide = await p.page.evaluate(() =>
        [document.documentElement, document.querySelector('main')].some((e) => e && e.scrollWidth > e.clientWidth),
      );
      if (wide) found.push(`${name}: scrolls sideways`);
    };
    await p.go('/login');
    await check('login');
    await p.signIn();
    for (const [name, path] of pages) {
      await p.go(path);
      await check(name);
    }
    await p.go('/customers');
    await p.page.locator(look.size === phone ? 'a.card' : 'a.grid-title').first().click();
    await p.page.waitForURL(/\/customers\/\d+/);
    const record = new URL(p.page.url()).pathname;
    await p.go(record);
    await check('record');
    const tab = p.page.locator('.view-tab[aria-pressed=true]').first();
    const line = await tab.evaluate((e) => getComputedStyle(e).borderBottomWidth);
    if (line !== '2px') found.push(`record: its tabs have no rules (${line})`);
    await p.go(`${record}?show=history`);
    await p.page.locator('.stream-item').first().waitFor();
    await check('history');
    await p.go(`${record}/edit`);
    await check('edit');
    const other = await p.page.evaluate(async (path) => {
      const { data } = await (await fetch('/api/v1/customers?limit=2')).json();
      return data.map((r) => r.id).find((id) => !path.endsWith(id));
    }, record);
    await p.go(`${record}/merge?with=${other}`);
    await p.page.locator('.merge-table').waitFor();
    await check('merge');
    await p.page.keyboard.press('Control+k');
    await p.page.locator('.palette-input input').fill('zh');
    await check('search');
    if (look.size === desktop) {
      await p.go('/customers');
      await p.page.locator('tbody tr[aria-rowindex] td:nth-child(3)').first().dblclick();
      await p.page.locator('.cell-editor input').waitFor();
      await check('cell');
      await p.page.keyboard.press('Escape');
      await p.page.locator('thead input[type=checkbox]').check();
      await p.page.locator('.bulk-bar').waitFor();
      await check('bulk');
    }
    await p.page.route('**/api/v1/model', (route) =>
      route.fulfill({
        status: 403,
        contentType: 'application/problem+json',
        body: JSON.stringify({ status: 403, code: 'second_factor_setup_required' }),
      }),
    );
    assert.deepEqual(p.wrong, []);
    await p.go('/customers');
    await p.page.locator('.setup-factor button').last().waitFor();
    await check('second-factor');
    assert.deepEqual(found, []);
    await p.close();
  });
}

test('the list page asks for at most 270 KB of script', async () => {
  const p = await openPage(browser, server);
  await p.signIn();
  const scripts = new Set();
  p.page.on('request', (r) => {
    if (new URL(r.url()).pathname.endsWith('.js')) scripts.add(r.url());
  });
  await p.go('/customers');
  await p.page.locator('a.grid-title').first().waitFor();
  let total = 0;
  for (const url of scripts) {
    const body = await (await fetch(url)).arrayBuffer();
    total += gzipSync(Buffer.from(body)).length;
  }
  assert.ok(total > 50_000 && total <= 270_000, `${total} bytes`);
  await p.close();
});
