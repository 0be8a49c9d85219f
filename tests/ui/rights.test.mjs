/** What a role may not do is not offered. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, startBrowser, startEnterprise } from './harness.mjs';

let server;
let browser;
let theirs;

before(async () => {
  server = await startEnterprise([
    { email: 'anna@example.com', name: '安娜', role: 'sales' },
    { email: 'mark@example.com', name: '马克', role: 'marketing' },
    { email: 'sue@example.com', name: '苏', role: 'service' },
  ]);
  theirs = (await server.ask('/customers', 'POST', { name: '别人的客户', wechat: 'wx_theirs' })).data.id;
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('who may only read finds nothing to change, neither in the record nor in the list', async () => {
  const p = await openPage(browser, server);
  await p.signIn('mark@example.com');
  await p.go(`/customers/${theirs}`);
  await p.page.getByRole('heading', { name: '别人的客户' }).waitFor();
  await p.page.locator('.fact-value').first().waitFor();
  assert.equal(await p.page.getByRole('button', { name: '编辑' }).count(), 0);
  assert.equal(await p.page.getByRole('button', { name: '更多操作' }).count(), 0);
  assert.equal(await p.page.locator('button.fact-value, .fact-pen').count(), 0);
  await p.go(`/customers/${theirs}/edit`);
  await p.page.getByRole('heading', { name: '你不能修改这条记录' }).waitFor();
  assert.deepEqual(await p.axe(), []);
  await p.go('/customers');
  await p.page.locator('tbody tr[aria-rowindex] td:nth-child(3)').first().dblclick();
  assert.equal(await p.page.locator('.cell-editor').count(), 0);
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('the whole of a masked value is offered to who may see it, where there is one', async () => {
  for (const [email, offered] of [['mark@example.com', 0], ['sue@example.com', 1]]) {
    const p = await openPage(browser, server);
    await p.signIn(email);
    await p.go(`/customers/${theirs}`);
    await p.page.locator('.facts dt svg').nth(1).waitFor();
    assert.equal(await p.page.getByRole('button', { name: /^显示完整的/ }).count(), offered, email);
    assert.deepEqual(p.wrong, []);
    await p.close();
  }
});

test('who may neither create nor import is told so at once', async () => {
  const p = await openPage(browser, server);
  await p.signIn('mark@example.com');
  await p.go('/customers');
  await p.page.locator('a.grid-title').first().waitFor();
  assert.equal(await p.page.getByRole('link', { name: '导入' }).count(), 0);
  await p.go('/orders/new');
  await p.page.getByRole('heading', { name: /你不能新建/ }).waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('a tag filter takes the tag that is there', async () => {
  await server.ask(`/customers`, 'POST', { name: '展会来的', tags: ['广交会'] });
  const p = await openPage(browser, server);
  await p.signIn('mark@example.com');
  await p.go('/customers');
  await p.page.getByRole('button', { name: '筛选' }).click();
  await p.page.getByLabel('字段').fill('标签');
  await p.page.keyboard.press('Enter');
  await p.page.locator('.operand input').fill('广交');
  await p.page.locator('.ant-select-item-option', { hasText: '广交会' }).waitFor();
  await p.page.keyboard.press('Enter');
  await p.page.getByRole('button', { name: '应用' }).click();
  await p.page.waitForFunction(() => document.querySelectorAll('a.grid-title').length === 1);
  await p.page.locator('a.grid-title', { hasText: '展会来的' }).waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});
