/** When the connection breaks, when the server asks who it is, and when it asks for a second step. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, startBrowser, startServer, totp } from './harness.mjs';

let server;
let browser;

before(async () => {
  server = await startServer({ own: true });
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('a killed server: words are kept, requests say why, all comes back by itself', { timeout: 120_000 }, async () => {
  const p = await openPage(browser, server, { cut: true });
  await p.signIn();
  await p.go('/customers');
  await p.page.locator('a.grid-title').first().waitFor();
  // What other pages need is fetched a few seconds later, so that they open without a server too.
  await p.page.waitForFunction(() => performance.getEntriesByName('loaded-ahead').length > 0);
  await server.kill();
  await p.page.locator('.connection-lost').waitFor();

  await p.page.fill('.list-search input', '王');
  await p.page.getByRole('alert').getByRole('button', { name: '重试' }).waitFor();
  assert.equal(await p.page.locator('a.grid-title').count(), 0, 'old rows under new words');

  await p.page.getByRole('button', { name: '新建客户' }).click();
  await p.page.fill('#field-name', '断线时写的');
  await p.page.getByRole('button', { name: '新建', exact: true }).click();
  await p.page.locator('.form-general').waitFor();
  assert.equal(await p.page.inputValue('#field-name'), '断线时写的');

  await server.again();
  await p.page.locator('.connection-back').waitFor({ timeout: 30_000 });
  await p.page.locator('.form-general').waitFor({ state: 'detached' });
  await p.page.getByRole('button', { name: '新建', exact: true }).click();
  await p.page.getByRole('heading', { name: '断线时写的' }).waitFor();
  await p.page.locator('.connection').waitFor({ state: 'detached' });
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('offline and back: the list that failed loads without a click, and the stream goes on', { timeout: 120_000 }, async () => {
  const p = await openPage(browser, server, { cut: true });
  await p.signIn();
  await p.go('/customers');
  await p.page.locator('a.grid-title').first().waitFor();
  await p.context.setOffline(true);
  await p.page.locator('.connection-offline').waitFor();
  await p.page.fill('.list-search input', '王');
  await p.page.getByRole('alert').getByRole('button', { name: '重试' }).waitFor();
  await p.context.setOffline(false);
  await p.page.locator('a.grid-title').first().waitFor();
  const names = await p.page.locator('a.grid-title').allInnerTexts();
  assert.ok(names.every((n) => n.includes('王')), names.join());

  await p.page.locator('a.grid-title').first().click();
  const note = p.page.getByPlaceholder('刚才聊了什么');
  await note.fill('写到一半');
  await p.context.setOffline(true);
  await p.page.locator('.connection-offline').waitFor();
  await p.page.getByRole('button', { name: '记下' }).click();
  await p.page.locator('.composer .field-error').waitFor();
  await p.context.setOffline(false);
  await p.page.locator('.connection-back').waitFor();
  assert.equal(await note.inputValue(), '写到一半');
  await p.page.getByRole('button', { name: '记下' }).click();
  await p.page.locator('.stream-item', { hasText: '写到一半' }).waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('an entry whose answer was lost is sent again with another content, and both are there', { timeout: 60_000 }, async () => {
  const p = await openPage(browser, server, { cut: true });
  await p.signIn();
  await p.go('/customers');
  await p.page.locator('a.grid-title').first().click();
  const words = `没收到回复 ${Date.now()}`;
  await p.page.getByPlaceholder('刚才聊了什么').fill(words);
  await p.page.route('**/api/v1/follow_ups', async (route) => {
    await route.fetch();
    await route.abort();
  }, { times: 1 });
  await p.page.getByRole('button', { name: '记下' }).click();
  await p.page.locator('.composer .field-error').waitFor();
  await p.page.locator('.composer-field .ant-select').first().click();
  await p.page.locator('.ant-select-item-option', { hasText: '邮件' }).click();
  const again = p.page.waitForResponse((r) => r.request().method() === 'POST' && r.url().endsWith('/follow_ups'));
  await p.page.getByRole('button', { name: '记下' }).click();
  assert.equal((await again).status(), 201);
  await p.page.locator('.stream-item', { hasText: words }).nth(1).waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('what changed while the server refused the stream is seen when it is open again', { timeout: 120_000 }, async () => {
  const p = await openPage(browser, server, { expected: [429] });
  await p.signIn();
  let refuses = true;
  await p.page.route('**/api/v1/stream?*', (route) => (refuses ? route.fulfill({ status: 429, body: '{}' }) : route.continue()));
  const refused = p.page.waitForResponse((r) => r.url().includes('/stream?'));
  await p.go('/customers');
  await p.page.locator('a.grid-title').first().click();
  await p.page.locator('.fact', { hasText: '微信' }).waitFor();
  await refused;
  const wechat = `later${Date.now()}`;
  const other = await openPage(browser, server);
  await other.signIn();
  await other.go(new URL(p.page.url()).pathname);
  await other.page.locator('.fact', { hasText: '微信' }).locator('.fact-value').first().click();
  await other.page.fill('#fact-wechat', wechat);
  await other.page.keyboard.press('Enter');
  await other.page.locator('.fact', { hasText: wechat }).waitFor();
  assert.equal(await p.page.locator('.fact', { hasText: wechat }).count(), 0);
  refuses = false;
  await p.page.locator('.fact', { hasText: wechat }).waitFor({ timeout: 60_000 });
  assert.deepEqual(p.wrong, []);
  await other.close();
  await p.close();
});

test('a second step is set up, asked for at sign-in, and taken away again', { timeout: 120_000 }, async () => {
  const p = await openPage(browser, server, { expected: [401] });
  await p.signIn();
  await p.go('/settings/security');
  await p.page.getByRole('button', { name: '开启' }).click();
  const secret = (await p.page.locator('.totp-secret code').innerText()).replaceAll(' ', '');
  assert.match(secret, /^[A-Z2-7]{16,}$/);
  const codes = await p.page.locator('.recovery li').allInnerTexts();
  assert.ok(codes.length >= 8, codes.join());
  await p.page.fill('#totp-code', totp(secret));
  await p.page.keyboard.press('Enter');
  await p.page.locator('#totp-password').waitFor();

  await p.page.getByRole('button', { name: /的菜单/ }).click();
  await p.page.getByRole('menuitem', { name: '退出登录' }).click();
  await p.page.waitForURL(/\/login/);
  await p.page.fill('#email', server.email);
  await p.page.fill('#password', server.password);
  await p.page.keyboard.press('Enter');
  await p.page.locator('#code').waitFor();
  await p.page.fill('#code', totp(secret, 1));
  await p.page.keyboard.press('Enter');
  await p.page.waitForURL((u) => !u.pathname.startsWith('/login'));
  server.cookies = await p.context.cookies();

  await p.go('/settings/security');
  await p.page.fill('#totp-password', server.password);
  await p.page.fill('#totp-remove-code', codes[0]);
  await p.page.keyboard.press('Enter');
  await p.page.getByRole('button', { name: '开启' }).waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('the session ends while somebody writes: he signs in where he is and it is saved', { timeout: 120_000 }, async () => {
  const p = await openPage(browser, server, { expected: [401] });
  await p.signIn();
  await p.go('/customers/new');
  await p.page.fill('#field-name', '登录失效时写的');
  await p.context.clearCookies();
  await p.page.getByRole('button', { name: '新建', exact: true }).click();
  const dialog = p.page.getByRole('dialog', { name: '请重新登录' });
  await dialog.waitFor();
  assert.equal(await p.page.inputValue('#field-name'), '登录失效时写的');
  assert.equal(await p.page.locator('#password').evaluate((field) => field === document.activeElement), true);
  await p.page.fill('#password', 'wrong');
  await p.page.keyboard.press('Enter');
  await dialog.getByRole('alert').filter({ hasText: /./ }).waitFor();
  await p.page.fill('#password', server.password);
  await p.page.keyboard.press('Enter');
  await p.page.getByRole('heading', { name: '登录失效时写的' }).waitFor();
  await dialog.waitFor({ state: 'detached' });

  await p.context.clearCookies();
  await p.page.getByRole('link', { name: '客户' }).first().click();
  await dialog.waitFor();
  await p.page.getByRole('button', { name: '退出，不保留' }).click();
  await p.page.waitForURL(/\/login/);
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('signed out, the log-in page asks for nothing and its console is clean', async () => {
  const p = await openPage(browser, server, { expected: [401] });
  await p.go('/');
  await p.page.waitForURL(/\/login/);
  const asked = [];
  p.page.on('request', (r) => r.url().includes('/api/') && asked.push(r.url()));
  await p.go('/customers');
  await p.page.waitForURL(/\/login/);
  await p.page.locator('#email').waitFor();
  assert.deepEqual(asked, []);
  await p.close();
});

test('who is signed in goes on from the log-in page, and may sign in once more', { timeout: 60_000 }, async () => {
  const p = await openPage(browser, server);
  await p.signIn();
  await p.go('/login?to=/jobs');
  await p.page.waitForURL(/\/jobs/);
  // A browser that takes itself for signed out.
  await p.page.evaluate(() => localStorage.setItem('renmai.signed-out', 'true'));
  await p.go('/login?to=/jobs');
  await p.page.fill('#email', server.email);
  await p.page.fill('#password', server.password);
  await p.page.keyboard.press('Enter');
  await p.page.waitForURL(/\/jobs/);
  server.cookies = await p.context.cookies();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('what is typed at once stays, though the words of the controls come later', async () => {
  const p = await openPage(browser, server, { expected: [401] });
  let deliver;
  const late = new Promise((resolve) => (deliver = resolve));
  await p.context.route(/\/zh_CN-.*\.js$/, async (route) => {
    await late;
    await route.continue();
  });
  await p.go('/login');
  await p.page.fill('#email', 'somebody@example.com');
  const arrived = p.page.waitForResponse(/\/zh_CN-.*\.js$/);
  deliver();
  await (await arrived).finished();
  await p.page.waitForTimeout(500);
  assert.equal(await p.page.inputValue('#email'), 'somebody@example.com');
  assert.deepEqual(p.wrong, []);
  await p.close();
});
