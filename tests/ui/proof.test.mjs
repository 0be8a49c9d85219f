/** Who one is, asked again, on an enterprise that is no demo and with nothing intercepted. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { binary, freePort, openPage, startBrowser, totp, untilReady } from './harness.mjs';

const password = 'three blue lanterns';
const dir = mkdtempSync(join(tmpdir(), 'renmai-proof-'));
const file = join(dir, 'renmai.db');
const place = ['--db', `sqlite:${file}`, '--data', dir];
const people = { admin: 'admin@example.com', anna: 'anna@example.com' };
let browser;
let child;
let url;

before(async () => {
  const secret = join(dir, 'password');
  writeFileSync(secret, password);
  const run = (...words) => execFileSync(binary, [...words, ...place], { stdio: 'pipe' });
  run('init', '--admin-email', people.admin, '--admin-password-file', secret, '--language', 'zh-CN');
  run('user', 'add', '--email', people.anna, '--name', '安娜', '--role', 'administrator', '--password-file', secret);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  let said = '';
  child = spawn(binary, ['serve', ...place, '--listen', `127.0.0.1:${port}`], { stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.on('data', (b) => (said += b));
  await untilReady(url, child, () => said);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  if (child) {
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(dir, { recursive: true, force: true });
});

/** As after a long quiet while: all sessions proved themselves an hour ago. */
function age() {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA busy_timeout = 5000');
  db.exec('UPDATE session SET proved_at = proved_at - 3600000000');
  db.close();
}

async function signIn(page, email) {
  await page.goto(`${url}/login`);
  await page.fill('#email', email);
  await page.fill('#password', password);
  await page.keyboard.press('Enter');
  await page.waitForURL((u) => !u.pathname.startsWith('/login'));
}

const confirm = (page) => page.getByRole('dialog').getByRole('button', { name: '确认', exact: true });

test('an administrator sets up the second step first, and is asked for a code before what weighs', { timeout: 120_000 }, async () => {
  const p = await openPage(browser, { url }, { expected: [400, 401, 403] });
  await signIn(p.page, people.admin);
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
  await p.page.goto(`${url}/departments/new`);
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
  await p.page.waitForFunction(() => !document.querySelector('.dialog button[disabled]'), null, { timeout: 60_000 });
  await confirm(p.page).click();
  await p.page.waitForURL(/\/departments\/\d+$/);
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('a wrong present password is said in place and signs nobody out', { timeout: 60_000 }, async () => {
  const p = await openPage(browser, { url }, { expected: [401, 403, 429] });
  await signIn(p.page, people.anna);
  await p.page.getByRole('button', { name: '开启' }).click();
  const secret = (await p.page.locator('.totp-secret code').innerText()).replaceAll(' ', '');
  await p.page.fill('#totp-code', totp(secret, 0));
  await p.page.keyboard.press('Enter');
  await p.page.locator('.rail').waitFor();
  await p.page.goto(`${url}/settings/security`);
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
