/** When the connection breaks, when the server asks who it is, and when it asks for a second step. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { openPage, startBrowser, startServer } from './harness.mjs';

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

const problem = (status, code, more = {}) => ({
  status,
  contentType: 'application/problem+json',
  body: JSON.stringify({ type: 'about:blank', title: code, status, code, detail: `says ${code}`, ...more }),
});

/** RFC 6238 with the usual six digits and thirty seconds; ahead: steps into the future. */
function totp(secret, ahead = 0) {
  const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0'));
  const key = Buffer.from(bits.join('').match(/.{8}/g).map((b) => Number.parseInt(b, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const mac = createHmac('sha1', key).update(step).digest();
  const at = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(at % 1_000_000).padStart(6, '0');
}

test('a killed server: words are kept, requests say why, all comes back by itself', { timeout: 120_000 }, async () => {
  const p = await openPage(browser, server, { cut: true });
  await p.signIn();
  await p.go('/customers');
  await p.page.locator('a.grid-title').first().waitFor();
  // What other pages need is fetched a few seconds later, so that they open without a server too.
  await p.page.waitForFunction(() =>
    performance.getEntriesByType('resource').some((r) => r.name.includes('/FormPage')),
  );
  await p.page.waitForLoadState('networkidle').catch(() => {});
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

test('a write that wants a proof is repeated by itself; giving up keeps what was typed', async () => {
  const p = await openPage(browser, server, { expected: [403] });
  let proven = false;
  await p.context.route('**/api/v1/customers', (route) =>
    route.request().method() === 'POST' && !proven
      ? route.fulfill(problem(403, 'proof_required', { proof: 'password' }))
      : route.continue(),
  );
  await p.context.route('**/api/v1/session/proof', (route) => {
    proven = route.request().postDataJSON().password === 'right';
    return route.fulfill(proven ? { status: 204 } : problem(403, 'wrong_credentials'));
  });
  await p.signIn();
  await p.go('/customers/new');
  await p.page.fill('#field-name', '要确认的');
  const create = p.page.getByRole('button', { name: '新建', exact: true });
  await create.click();
  await p.page.getByRole('dialog').getByRole('button', { name: '取消' }).click();
  assert.equal(await p.page.inputValue('#field-name'), '要确认的');
  assert.equal(await p.page.locator('.ant-message-error').count(), 0);

  await create.click();
  await p.page.fill('#proof', 'wrong');
  await p.page.keyboard.press('Enter');
  await p.page.getByText('says wrong_credentials').waitFor();
  assert.deepEqual(await p.axe(), []);
  await p.page.fill('#proof', 'right');
  await p.page.keyboard.press('Enter');
  await p.page.getByRole('heading', { name: '要确认的' }).waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('who has to set up a second step sees that only, and can leave', async () => {
  const p = await openPage(browser, server, { expected: [401, 403] });
  let on = false;
  await p.context.route('**/api/v1/model', (route) =>
    on ? route.continue() : route.fulfill(problem(403, 'second_factor_setup_required')),
  );
  await p.context.route('**/api/v1/me/totp', (route) =>
    route.fulfill({
      json: { secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/Renmai:a?secret=JBSWY3DPEHPK3PXP', recovery: ['aaaa-bbbb', 'cccc-dddd'] },
    }),
  );
  await p.context.route('**/api/v1/me/totp/confirm', (route) => {
    on = route.request().postDataJSON().code === '123456';
    return route.fulfill(on ? { status: 204 } : problem(403, 'wrong_code'));
  });
  await p.signIn();
  await p.go('/customers');
  await p.page.getByRole('button', { name: '退出登录' }).waitFor();
  assert.equal(await p.page.locator('nav, .rail').count(), 0);
  await p.page.getByRole('button', { name: '开启' }).click();
  await p.page.getByRole('img', { name: '二维码' }).waitFor();
  await p.page.getByText('JBSW Y3DP EHPK 3PXP').waitFor();
  const download = p.page.waitForEvent('download');
  await p.page.getByRole('link', { name: '下载恢复码' }).click();
  assert.equal((await download).suggestedFilename(), 'renmai-recovery-codes.txt');
  assert.deepEqual(await p.axe(), []);
  await p.page.fill('#totp-code', '000000');
  await p.page.keyboard.press('Enter');
  await p.page.getByText('says wrong_code').waitFor();
  await p.page.fill('#totp-code', '123 456');
  await p.page.keyboard.press('Enter');
  await p.page.locator('a.grid-title').first().waitFor();
  assert.deepEqual(p.wrong, []);
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
  await p.page.keyboard.press('Enter');
  await p.page.getByRole('button', { name: '开启' }).waitFor();
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
