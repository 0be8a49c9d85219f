/** Who one is, asked again, on an enterprise that is no demo and with nothing intercepted. */
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { openPage, startBrowser, startEnterprise, totp } from './harness.mjs';

let server;
let browser;

before(async () => {
  server = await startEnterprise([{ email: 'anna@example.com', name: '安娜', role: 'administrator' }]);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** As after a long quiet while: all sessions proved themselves an hour ago. */
function age() {
  const db = new DatabaseSync(server.file);
  db.exec('PRAGMA busy_timeout = 5000');
  db.exec('UPDATE session SET proved_at = proved_at - 3600000000');
  db.exec('UPDATE access_epoch SET sessions = sessions + 1'); // what the server remembers of them ends
  db.close();
}

const confirm = (page) => page.locator('.dialog-form button[type=submit]');

test('an administrator sets up the second step first, and is asked for a code before what weighs', { timeout: 120_000 }, async () => {
  const p = await openPage(browser, server, { expected: [400, 401, 403] });
  await p.signIn(server.admin);
  await p.page.getByRole('button', { name: '退出登录' }).waitFor();
  assert.equal(await p.page.locator('nav, .rail').count(), 0);
  await p.page.getByRole('button', { name: '开启' }).click();
  const secret = (await p.page.locator('.totp-secret code').innerText()).replaceAll(' ', '');
  await p.page.fill('#totp-code', '000000');
  await p.page.keyboard.press('Enter');
  await p.page.locator('.field-error:not(:empty)').first().waitFor();
  await p.page.fill('#totp-code', totp(secret, -1));
  await p.page.keyboard.press('Enter');
  await p.page.locator('.rail').waitFor();

  age();
  await p.go('/departments/new');
  await p.page.fill('#field-name', '华南');
  const create = p.page.getByRole('button', { name: '新建', exact: true });
  await create.click();
  await p.page.locator('#proof').waitFor();
  await p.page.getByRole('dialog').getByRole('button', { name: '取消' }).click();
  assert.equal(await p.page.inputValue('#field-name'), '华南');
  await create.click();
  await p.page.fill('#proof', '000000');
  await confirm(p.page).click();
  await p.page.locator('#proof-error:not(:empty)').waitFor();
  await p.page.fill('#proof', totp(secret, 0));
  await confirm(p.page).click();
  await p.page.waitForURL(/\/departments\/\d+$/);
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('a wrong present password is said in place and signs nobody out', { timeout: 60_000 }, async () => {
  const p = await openPage(browser, server, { expected: [401, 403, 429] });
  await p.signIn('anna@example.com');
  await p.page.getByRole('button', { name: '开启' }).click();
  const secret = (await p.page.locator('.totp-secret code').innerText()).replaceAll(' ', '');
  await p.page.fill('#totp-code', totp(secret, 0));
  await p.page.keyboard.press('Enter');
  await p.page.locator('.rail').waitFor();
  await p.go('/settings/security');
  await p.page.fill('#current', 'certainly not this');
  await p.page.fill('#password', 'four green lanterns');
  await p.page.getByRole('button', { name: '修改密码' }).click();
  await p.page.locator('.ant-message-error, .field-error:not(:empty)').first().waitFor();
  await p.page.waitForTimeout(500);
  assert.equal(new URL(p.page.url()).pathname, '/settings/security');
  assert.equal(await p.page.inputValue('#password'), 'four green lanterns');
  assert.deepEqual(p.wrong, []);
  await p.close();
});
