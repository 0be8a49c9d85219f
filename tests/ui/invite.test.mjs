/** A new colleague gets in by the link that an administrator makes, and by another when the password is forgotten. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, phone, startBrowser, startEnterprise, totp } from './harness.mjs';

let server;
let browser;
let admin;

/** An administrator at work, with a second factor. */
async function signInAdmin() {
  const p = await openPage(browser, server, { expected: [401, 403] });
  await p.signIn(server.admin);
  await p.page.getByRole('button', { name: '开启' }).click();
  const secret = (await p.page.locator('.totp-secret code').innerText()).replaceAll(' ', '');
  await p.page.fill('#totp-code', totp(secret, 0));
  await p.page.keyboard.press('Enter');
  await p.page.locator('.rail').waitFor();
  return p;
}

before(async () => {
  server = await startEnterprise();
  const { data } = await server.ask('/roles');
  const sales = data.find((r) => r.key === 'sales').id;
  const user = await server.ask('/users', 'POST', { name: '王小桐', email: 'wang@example.com', roles: [sales] });
  await server.ask('/customers', 'POST', { name: '她的客户', owner: user.data.id });
  server.sales = data.find((r) => r.key === 'sales').name;
  server.wang = user.data.id;
  browser = await startBrowser();
  admin = await signInAdmin();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const linkIn = async (p) => (await p.page.locator('.invite-link').innerText()).trim();
const close = (p) => p.page.getByRole('button', { name: '完成' }).click();

async function setPassword(p, link, password) {
  await p.page.goto(link);
  await p.page.fill('#password', password);
  await p.page.keyboard.press('Enter');
}

test('a user who was just made is invited, sets a password and sees the customers of the role', { timeout: 120_000 }, async () => {
  await admin.go('/users/new');
  await admin.page.fill('#field-name', '李新');
  await admin.page.fill('#field-email', 'li@example.com');
  await admin.page.getByLabel('角色').fill(server.sales);
  await admin.page.locator('.ant-select-item-option', { hasText: server.sales }).first().click();
  await admin.page.keyboard.press('Escape');
  await admin.page.getByRole('button', { name: /^新建/ }).click();
  await admin.page.waitForURL(/\/users\/\d+$/);
  await admin.page.getByText('还没有设过密码').waitFor();
  await admin.page.getByRole('button', { name: '邀请' }).click();
  const link = await linkIn(admin);
  assert.match(link, /\/welcome#[\w-]{43}$/);
  assert.deepEqual(await admin.axe(), []);
  await close(admin);
  await admin.page.getByText('还没有用').waitFor();

  const colleague = await openPage(browser, server, { expected: [400, 401, 403] });
  const asked = [];
  colleague.page.on('request', (r) => asked.push(r.url()));
  await colleague.page.goto(link);
  await colleague.page.getByRole('heading', { name: '李新，欢迎' }).waitFor();
  assert.equal(await colleague.page.inputValue('#email'), 'li@example.com');
  assert.deepEqual(await colleague.axe(), []);
  await colleague.page.fill('#password', 'passwordpassword');
  await colleague.page.keyboard.press('Enter');
  await colleague.page.locator('.login-error:not(:empty)').waitFor();
  await colleague.page.fill('#password', 'four green lanterns');
  await colleague.page.keyboard.press('Enter');
  await colleague.page.locator('.rail').waitFor();
  await colleague.go('/customers');
  await colleague.page.getByRole('heading', { name: '客户' }).first().waitFor();
  const secret = link.split('#')[1];
  assert.deepEqual(asked.filter((url) => url.includes(secret) && !url.includes('#')), []);

  await colleague.page.goto('about:blank');
  await colleague.page.goto(link);
  await colleague.page.getByText('这个链接已经用过').waitFor();
  assert.deepEqual(await colleague.axe(), []);
  assert.deepEqual(colleague.wrong, []);
  await colleague.close();

  await admin.page.reload();
  await admin.page.getByRole('button', { name: '重置密码' }).waitFor();
  await admin.page.getByText('密码设于').first().waitFor();
  assert.deepEqual(admin.wrong, []);
});

test('who has no role is told so, and so is who invites him', { timeout: 120_000 }, async () => {
  const { data } = await server.ask('/users', 'POST', { name: '无角色', email: 'none@example.com' });
  await admin.go(`/users/${data.id}`);
  await admin.page.getByRole('button', { name: '邀请' }).click();
  await admin.page.getByText('还没有角色').waitFor();
  assert.equal(await admin.page.getByText('旧的链接已作废').count(), 0);
  const first = await linkIn(admin);
  await close(admin);
  await admin.page.getByRole('button', { name: '重新生成链接' }).click();
  await admin.page.getByText('旧的链接已作废').waitFor();
  const link = await linkIn(admin);
  assert.notEqual(link, first);
  assert.deepEqual(await admin.axe(), []);
  await close(admin);

  const p = await openPage(browser, server, { expected: [401] });
  const refused = [];
  p.page.on('response', (r) => r.status() === 403 && refused.push(r.url()));
  await setPassword(p, link, 'six purple windmills');
  await p.page.getByRole('heading', { name: '还没有分配角色' }).waitFor();
  assert.deepEqual(await p.axe(), []);
  assert.equal(await p.page.locator('a[href="/quality"]').count(), 0);
  await p.go('/quality');
  await p.page.getByRole('heading', { name: '这里没有内容' }).waitFor();
  assert.deepEqual(refused, []);
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('a forgotten password is set anew from the list, on the phone and in the dark', { timeout: 120_000 }, async () => {
  await admin.go('/users');
  await admin.page.getByRole('checkbox', { name: /王小桐/ }).check();
  await admin.page.locator('.bulk-bar').getByRole('button', { name: /邀请|重置密码/ }).click();
  const link = await linkIn(admin);
  assert.deepEqual(await admin.axe(), []);
  await close(admin);
  const p = await openPage(browser, server, { expected: [401, 403], size: phone, scheme: 'dark' });
  await p.go('/login');
  await p.page.getByText('忘记密码？').waitFor();
  assert.deepEqual(await p.axe(), []);
  await setPassword(p, link, 'five orange tractors');
  await p.page.waitForURL((u) => !u.pathname.startsWith('/welcome'));
  await p.go('/customers');
  await p.page.getByText('她的客户').waitFor();
  await p.page.goto('about:blank');
  await p.page.goto(`${server.url}/welcome`);
  await p.page.getByText('地址不完整').waitFor();
  assert.deepEqual(await p.axe(), []);
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('who may not invite is not offered it', { timeout: 60_000 }, async () => {
  const p = await openPage(browser, server, { expected: [401] });
  server.password = 'five orange tractors';
  await p.signIn('wang@example.com');
  await p.go(`/users/${server.wang}`);
  await p.page.getByRole('heading', { name: '王小桐' }).waitFor();
  await p.page.locator('.fact').first().waitFor();
  assert.equal(await p.page.locator('.sign-in-state').count(), 0);
  assert.equal(await p.page.getByText('密码设于').count(), 0);
  assert.deepEqual(p.wrong, []);
  await p.close();
});
