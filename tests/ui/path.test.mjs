/** The path of a first morning: sign in, look, change, and from an Excel file to a found customer. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, phone, startBrowser, startServer } from './harness.mjs';
import { xlsx } from './xlsx.mjs';

let server;
let browser;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('a wrong password is refused in words, the right one leads back', async () => {
  const p = await openPage(browser, server, { expected: [401, 429] });
  await p.go('/customers?q=a');
  await p.page.waitForURL(/\/login\?to=/);
  await p.page.fill('#email', server.email);
  await p.page.fill('#password', 'certainly not this');
  await p.page.keyboard.press('Enter');
  await p.page.locator('.login-error:not(:empty)').waitFor();
  await p.page.fill('#password', server.password);
  const back = p.page.waitForURL(/\/customers\?q=a/, { timeout: 60_000 });
  // The server makes one wait after a failure, longer after several; the button says how long.
  for (let left = false; !left; ) {
    await p.page.locator('button[type=submit]:enabled').click();
    left = await Promise.race([
      back.then(() => true),
      p.page.locator('.login-error:not(:empty)').waitFor().then(() => false, () => true),
    ]);
    if (!left) await p.page.waitForTimeout(1000);
  }
  await back;
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('the language changes without loading anew', async () => {
  const p = await openPage(browser, server);
  await p.go('/login');
  await p.page.getByRole('heading', { name: '登录人脉' }).waitFor();
  await p.page.getByRole('button', { name: '繁體中文' }).click();
  await p.page.getByRole('heading', { name: '登入人脈' }).waitFor();
  await p.page.getByRole('button', { name: 'English' }).click();
  await p.page.getByRole('heading', { name: 'Sign in to Renmai' }).waitFor();
  assert.equal(await p.page.evaluate(() => document.documentElement.lang), 'en');
  await p.close();
});

test('a filter narrows the list, stands in the address and reads as a sentence', async () => {
  const p = await openPage(browser, server);
  await p.signIn();
  await p.go('/customers');
  const all = await p.page.locator('.list-count').innerText();
  await p.page.getByRole('button', { name: '筛选' }).click();
  await p.page.getByLabel('字段').waitFor();
  await p.page.getByLabel('字段').fill('名称');
  await p.page.keyboard.press('Enter');
  await p.page.locator('.operand input').fill('王');
  await p.page.getByRole('button', { name: '应用' }).click();
  await p.page.locator('.chip').waitFor();
  assert.match(await p.page.locator('.chip').innerText(), /包含\s*王/);
  assert.match(decodeURIComponent(p.page.url()), /"contains":"王"/);
  await p.page.waitForFunction((n) => document.querySelector('.list-count')?.textContent !== n, all);
  const names = await p.page.locator('a.grid-title').allInnerTexts();
  assert.ok(names.length > 0 && names.every((n) => n.includes('王')), names.join());
  await p.page.reload();
  await p.page.locator('.chip').waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('keys move, select and open; columns sort', async () => {
  const p = await openPage(browser, server);
  await p.signIn();
  await p.go('/customers');
  await p.page.locator('a.grid-title').first().waitFor();
  await p.page.keyboard.press('j');
  await p.page.keyboard.press('j');
  await p.page.keyboard.press('x');
  assert.equal(await p.page.locator('tr[aria-selected="true"]').count(), 1);
  await p.page.locator('.bulk-bar').waitFor();
  await p.page.keyboard.press('Escape');
  assert.equal(await p.page.locator('.bulk-bar').count(), 0);
  await p.page.locator('button.grid-label').first().click();
  await p.page.waitForURL(/sort=/);
  await p.page.locator('th[aria-sort="ascending"]').waitFor();
  await p.page.locator('a.grid-title').first().waitFor();
  await p.page.keyboard.press('j');
  await p.page.keyboard.press('Enter');
  await p.page.waitForURL(/\/customers\/\d+/);
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('a new customer is refused at the right place, made, changed in place, deleted and brought back', async () => {
  const p = await openPage(browser, server, { expected: [400] });
  const name = `测试客户${Date.now()}`;
  const wechat = `wx_${Date.now()}`;
  await p.signIn();
  await p.go('/customers/new');
  await p.page.getByRole('button', { name: '新建', exact: true }).click();
  await p.page.locator('#field-name-note.field-error').waitFor();
  await p.page.fill('#field-name', name);
  await p.page.getByRole('button', { name: '新建', exact: true }).click();
  await p.page.waitForURL(/\/customers\/\d+$/);
  await p.page.getByRole('heading', { name }).waitFor();

  await p.page.locator('.fact', { hasText: '微信' }).locator('.fact-value').first().click();
  await p.page.fill('#fact-wechat', wechat);
  await p.page.keyboard.press('Enter');
  await p.page.locator('.fact', { hasText: wechat }).waitFor();
  await p.page.getByRole('button', { name: '变更记录' }).click();
  await p.page.locator('.changes', { hasText: wechat }).first().waitFor();

  const record = new URL(p.page.url()).pathname;
  await p.page.getByRole('button', { name: '更多操作' }).click();
  await p.page.getByRole('menuitem', { name: '删除' }).click();
  await p.page.getByRole('dialog').getByRole('button', { name: '删除' }).click();
  await p.page.getByRole('button', { name: '撤销' }).click();
  await p.page.waitForURL((u) => u.pathname === record);
  await p.page.getByRole('heading', { name }).waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('unsaved changes are not lost without a word', async () => {
  const p = await openPage(browser, server);
  await p.signIn();
  await p.go('/customers/new');
  await p.page.fill('#field-name', '半途');
  await p.page.getByRole('button', { name: '取消' }).click();
  await p.page.getByRole('dialog').getByRole('button', { name: '继续编辑' }).click();
  assert.equal(await p.page.inputValue('#field-name'), '半途');
  await p.close();
});

test('a form begun for another customer holds nothing of the one before; a given value changed is not lost', async () => {
  const p = await openPage(browser, server);
  const leave = () => p.page.getByRole('dialog').getByRole('button', { name: '离开' }).click();
  await p.signIn();
  await p.go('/customers');
  const given = [];
  for (const n of [0, 1]) {
    await p.page.locator('a.grid-title').nth(n).click();
    await p.page.locator('.related-head a[href^="/tasks/new"]').click();
    await p.page.locator('#field-subject').waitFor();
    given.push(new URL(p.page.url()).search);
    if (n === 0) await p.page.locator('a[href="/customers"]').first().click();
  }
  assert.notEqual(given[0], given[1]);
  await p.page.fill('#field-subject', '写给第二位');
  await p.page.getByRole('button', { name: '取消' }).click();
  // At once, while the page still draws the answer: asked again all the same.
  await p.page.getByRole('dialog').getByRole('button', { name: '继续编辑' }).evaluate((stay) => {
    stay.click();
    history.go(-3);
  });
  await leave();
  await p.page.waitForURL((u) => u.search === given[0]);
  assert.equal(await p.page.inputValue('#field-subject'), '');

  // Nothing but the customer that the address gave is taken away.
  await p.page.locator('.form-field', { has: p.page.locator('#field-customer') }).locator('.ant-select').hover();
  await p.page.locator('.form-field', { has: p.page.locator('#field-customer') }).locator('.ant-select-clear').click();
  await p.page.getByRole('button', { name: '取消' }).click();
  await leave();
  await p.page.waitForURL((u) => u.pathname === '/tasks');
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('back to a deleted record: it is said to be gone, and comes back by undo', async () => {
  const p = await openPage(browser, server, { expected: [404] });
  const name = `回头看${Date.now()}`;
  await p.signIn();
  await p.go('/customers/new');
  await p.page.fill('#field-name', name);
  await p.page.getByRole('button', { name: '新建', exact: true }).click();
  await p.page.getByRole('heading', { name }).waitFor();
  const record = new URL(p.page.url()).pathname;
  await p.page.getByRole('button', { name: '编辑' }).click();
  await p.page.locator('#field-name').waitFor();
  await p.page.getByRole('button', { name: '取消' }).click();
  await p.page.getByRole('button', { name: '更多操作' }).click();
  await p.page.getByRole('menuitem', { name: '删除' }).click();
  await p.page.getByRole('dialog').getByRole('button', { name: '删除' }).click();
  await p.page.getByRole('button', { name: '撤销' }).waitFor();
  await p.page.goBack();
  await p.page.waitForURL((u) => u.pathname === `${record}/edit`);
  await p.page.getByRole('alert').locator('.state-title').waitFor();
  await p.page.goBack();
  await p.page.waitForURL((u) => u.pathname === record);
  await p.page.getByRole('alert').locator('.state-title').waitFor();
  assert.equal(await p.page.locator('.skeleton').count(), 0);
  await p.page.getByRole('button', { name: '撤销' }).click();
  await p.page.getByRole('heading', { name }).waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('what is not there is searched for once; what was just made is found', async () => {
  const p = await openPage(browser, server);
  const name = `刚刚建的${Date.now()}`;
  const asked = [];
  p.page.on('request', (r) => r.url().includes('/api/v1/search') && asked.push(r.url()));
  await p.signIn();
  await p.go('/customers');
  await p.page.locator('a.grid-title').first().waitFor();
  await p.page.keyboard.press('Control+k');
  await p.page.locator('.palette-input input').fill('qqzzxxjjvv');
  await p.page.locator('.palette-none').waitFor();
  await p.page.waitForTimeout(2500);
  assert.equal(asked.length, 1, asked.join());
  await p.page.keyboard.press('Escape');

  await p.page.getByRole('button', { name: '新建客户' }).click();
  await p.page.fill('#field-name', name);
  await p.page.getByRole('button', { name: '新建', exact: true }).click();
  await p.page.getByRole('heading', { name }).waitFor();
  await p.page.keyboard.press('Control+k');
  await p.page.locator('.palette-input input').fill(name);
  await p.page.getByRole('option', { name }).first().waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('a hit shows money and days as the lists do', async () => {
  const p = await openPage(browser, server);
  await p.signIn();
  await p.go('/orders');
  const code = await p.page.locator('a.grid-title').first().textContent();
  await p.page.keyboard.press('Control+k');
  await p.page.locator('.palette-input input').fill(code.trim());
  const beside = await p.page.getByRole('option', { name: code.trim() }).locator('.palette-subtitle').first().textContent();
  assert.match(beside, /· ¥[\d,.]+ · /);
  assert.doesNotMatch(beside, /CNY|\d{4}-\d{2}-\d{2}/);
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('two who change one record: the later sees both versions', async () => {
  const p = await openPage(browser, server, { expected: [409] });
  const mine = `mine${Date.now()}`;
  const theirs = `theirs${Date.now()}`;
  await p.signIn();
  await p.go('/customers');
  await p.page.locator('a.grid-title').first().click();
  await p.page.locator('.fact', { hasText: '微信' }).locator('.fact-value').first().click();
  await p.page.fill('#fact-wechat', mine);
  const path = new URL(p.page.url()).pathname;
  await p.page.evaluate(async ([api, wechat]) => {
    const { data: session } = await (await fetch('/api/v1/session')).json();
    const { data } = await (await fetch(api)).json();
    await fetch(api, {
      method: 'PATCH',
      headers: {
        'Content-Type': 'application/json',
        'X-CSRF-Token': session.csrf,
        'If-Match': `"${data.version}"`,
        'Idempotency-Key': crypto.randomUUID(),
      },
      body: JSON.stringify({ wechat }),
    });
  }, [`/api/v1${path}`, theirs]);
  await p.page.locator('#fact-wechat').press('Enter');
  const seen = p.page.locator('.compare', { hasText: theirs });
  await seen.waitFor();
  assert.ok((await seen.innerText()).includes(mine));
  await p.page.getByRole('button', { name: '用我的覆盖' }).click();
  await p.page.locator('.fact', { hasText: mine }).waitFor();
  await p.close();
});

test('two forms of one record: what the other saved is shown, and what both changed is decided', async () => {
  const a = await openPage(browser, server, { expected: [409] });
  const b = await openPage(browser, server, { expected: [409] });
  const theirs = `甲${Date.now()}`;
  const mine = `乙${Date.now()}`;
  await a.signIn();
  await b.signIn();
  await a.go('/customers');
  const path = await a.page.locator('a.grid-title').nth(2).getAttribute('href');
  for (const p of [a, b]) {
    await p.go(`${path}/edit`);
    await p.page.locator('#field-company').waitFor();
  }
  await b.page.fill('#field-wechat', `wx_${mine.slice(1)}`);
  await a.page.fill('#field-company', theirs);
  await a.page.getByRole('button', { name: '保存' }).click();
  await a.page.waitForURL((u) => u.pathname === path);

  const note = b.page.locator('.their', { hasText: theirs });
  await note.waitFor();
  assert.equal(await b.page.inputValue('#field-company'), theirs);
  assert.equal(await note.locator('button').count(), 0);
  await b.page.fill('#field-company', mine);
  await b.page.getByRole('button', { name: '保存' }).click();
  await b.page.locator('.form-general').waitFor();
  assert.deepEqual(await b.axe(), []);
  if (process.env.RENMAI_SHOTS) await b.page.screenshot({ path: `${process.env.RENMAI_SHOTS}/theirs.png` });
  await b.page.getByRole('button', { name: '用我写的' }).click();
  await b.page.getByRole('button', { name: '保存' }).click();
  await b.page.waitForURL((u) => u.pathname === path);
  const saved = await b.page.evaluate(async (api) => (await (await fetch(api)).json()).data, `/api/v1${path}`);
  assert.equal(saved.company, mine);
  assert.equal(saved.wechat, `wx_${mine.slice(1)}`);
  assert.deepEqual([...a.wrong, ...b.wrong], []);
  await a.close();
  await b.close();
});

test('all mistakes at once; who has a number is named; what is no number is not dropped', async () => {
  const p = await openPage(browser, server, { expected: [400, 409] });
  const phone = `138${String(Date.now()).slice(-8)}`;
  const create = p.page.getByRole('button', { name: '新建', exact: true });
  await p.signIn();
  await p.go('/customers/new');
  await p.page.fill('#field-phone', '12');
  await create.click();
  await p.page.locator('#field-name-note.field-error').waitFor();
  await p.page.locator('#field-phone-note.field-error').waitFor();
  await p.page.fill('#field-name', `先来的${phone}`);
  await p.page.fill('#field-phone', phone);
  await create.click();
  await p.page.waitForURL(/\/customers\/\d+$/);
  const first = new URL(p.page.url()).pathname;

  await p.go('/customers/new');
  await p.page.fill('#field-name', '后来的');
  await p.page.fill('#field-phone', phone);
  await create.click();
  const holder = p.page.locator('#field-phone-note a', { hasText: `先来的${phone}` });
  await holder.waitFor();
  assert.equal(await holder.getAttribute('href'), first);
  await p.page.fill('#field-phone', '');

  await p.go(`/orders/new?customer=${first.split('/')[2]}`);
  await p.page.fill('#field-amount', 'abc');
  await create.click();
  await p.page.locator('#field-amount-note.field-error').waitFor();
  assert.equal(await p.page.inputValue('#field-amount'), 'abc');
  assert.equal(new URL(p.page.url()).pathname, '/orders/new');
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('a token is made for what was ticked, for so many days', async () => {
  const p = await openPage(browser, server, { expected: [400] });
  const name = `网站${Date.now()}`;
  await p.signIn();
  await p.go('/settings/security');
  await p.page.getByPlaceholder(/用途/).fill(name);
  const make = p.page.getByRole('button', { name: '新建令牌' });
  assert.ok(await make.isDisabled());
  await p.page.getByLabel('客户：查看').check();
  await p.page.getByLabel('客户：新建').check();
  await p.page.fill('#token-days', '400');
  await make.click();
  await p.page.locator('#token-days-error').waitFor();
  await p.page.fill('#token-days', '7');
  await make.click();
  await p.page.locator('.secret code').waitFor();
  const { data } = await p.page.evaluate(async () => (await fetch('/api/v1/tokens')).json());
  assert.deepEqual(data.find((k) => k.name === name).scopes, ['customers:read', 'customers:create']);
  await p.page.getByText('customers:read · customers:create').first().waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('a table dropped on the page of imports is read', { timeout: 60_000 }, async () => {
  const p = await openPage(browser, server);
  await p.signIn();
  await p.go('/imports');
  await p.page.locator('.drop-zone').waitFor();
  const data = await p.page.evaluateHandle(() => {
    const d = new DataTransfer();
    d.items.add(new File(['姓名,手机\n拖来的,13900001111\n'], '拖.csv', { type: 'text/csv' }));
    return d;
  });
  await p.page.dispatchEvent('.drop-zone', 'drop', { dataTransfer: data });
  await p.page.waitForURL(/\/imports\/\d+/);
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('from an Excel file to a found customer, and back again', { timeout: 120_000 }, async () => {
  const p = await openPage(browser, server);
  const stamp = String(Date.now()).slice(-7);
  const name = `钱多多${stamp}`;
  await p.signIn();
  await p.go('/imports/new');
  await p.page.setInputFiles('input[type=file]', {
    name: '老客户.xlsx',
    mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    buffer: xlsx([
      ['客户姓名', '联系方式', '来源', '标签', '地址'],
      [name, `1391${stamp}`, '展会', 'vip、老客户', '浙江省杭州市西湖区文三路1号'],
      [`孙立${stamp}`, `1381${stamp}`, '展会', '老客户', ''],
      [`坏号码${stamp}`, '12', '', '', ''],
    ]),
  });
  await p.page.waitForURL(/\/imports\/\d+/);
  await p.page.locator('.mapping').waitFor();
  await p.page.getByRole('button', { name: '检查', exact: true }).click();
  await p.page.locator('.figures').waitFor({ timeout: 60_000 });
  await p.page.getByRole('button', { name: /^导入 \d+ 条$/ }).click();
  await p.page.getByRole('button', { name: '撤销这次导入' }).waitFor({ timeout: 60_000 });

  await p.page.keyboard.press('Control+k');
  await p.page.locator('.palette-input input').fill(name);
  await p.page.getByRole('option', { name }).first().waitFor();
  await p.page.keyboard.press('Enter');
  await p.page.getByRole('heading', { name }).waitFor();

  await p.page.goBack();
  await p.page.getByRole('button', { name: '撤销这次导入' }).click();
  await p.page.getByRole('dialog').getByRole('button', { name: '撤销这次导入' }).click();
  await p.page.getByText('这次导入已撤销').waitFor({ timeout: 60_000 });
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('a list is exported to a file', { timeout: 60_000 }, async () => {
  const p = await openPage(browser, server);
  await p.signIn();
  await p.go('/customers?q=王');
  await p.page.getByRole('button', { name: '导出' }).click();
  const download = p.page.waitForEvent('download');
  await p.page.getByRole('menuitem', { name: 'CSV' }).click();
  assert.equal(await (await download).failure(), null);
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('on the phone the first card begins high, and the title leads to the other pages', async () => {
  const p = await openPage(browser, server, { size: phone });
  await p.signIn();
  await p.go('/customers');
  const { y } = await p.page.locator('a.card').first().boundingBox();
  assert.ok(y <= 150, `${y}`);
  await p.page.locator('.list-count').waitFor();
  await p.page.locator('.where-pages').click();
  await p.page.getByRole('link', { name: '联系人' }).click();
  await p.page.waitForURL(/contacts/);
  assert.deepEqual(await p.axe(), []);
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('long names, tags and addresses stay within the phone', async () => {
  const p = await openPage(browser, server, { size: phone });
  await p.signIn();
  await p.go('/customers');
  const name = `Internationale Handelsgesellschaft ${'x'.repeat(60)} ${Date.now()}`;
  const id = await p.page.evaluate(async (name) => {
    const { data } = await (await fetch('/api/v1/session')).json();
    const body = {
      name,
      kind: 'company',
      tags: ['一个特别特别特别特别特别特别特别特别长的标签名称', '定制LOGO', '酒店用品'],
      email: `${'mailbox'.repeat(6)}${Date.now()}@${'company'.repeat(6)}.example`,
      website: `https://example.com/${'path'.repeat(30)}`,
    };
    const reply = await fetch('/api/v1/customers', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': data.csrf },
      body: JSON.stringify(body),
    });
    return (await reply.json()).data.id;
  }, name);
  for (const path of [`/customers?q=${name.split(' ').at(-1)}&columns=name,tags,email,website`, `/customers/${id}`, `/customers/${id}/edit`]) {
    await p.go(path);
    await p.page.locator('.card-title, h1:not(.hidden-label)', { hasText: 'Internationale' }).first().waitFor();
    const wide = await p.page.evaluate(() => {
      const all = [...document.querySelectorAll('main *')].filter((e) => !e.closest('.views-tabs'));
      return all.filter((e) => e.getBoundingClientRect().right > innerWidth).map((e) => e.className);
    });
    assert.deepEqual(wide, [], path);
  }
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('a record that is not there, and a page that cannot be drawn, lead back', async () => {
  const p = await openPage(browser, server, { expected: [404], cut: true });
  await p.signIn();
  for (const path of ['/customers/1', '/customers/1/edit']) {
    await p.go(path);
    await p.page.getByRole('link', { name: '全部客户' }).click();
    await p.page.waitForURL(/\/customers$/);
  }
  await p.page.route('**/assets/JobsPage*.js', (route) => route.abort());
  await p.go('/jobs');
  await p.page.getByRole('link', { name: '回到首页' }).click();
  await p.page.locator('a.grid-title').first().waitFor();
  await p.close();
});

test('a follow-up is written on the phone', async () => {
  const p = await openPage(browser, server, { size: phone });
  await p.signIn();
  await p.go('/customers');
  await p.page.locator('a.card').first().click();
  await p.page.getByRole('button', { name: '动态' }).click();
  const words = `电话里说下周来看样 ${Date.now()}`;
  await p.page.getByPlaceholder('刚才聊了什么').fill(words);
  await p.page.getByRole('button', { name: '记下' }).click();
  await p.page.locator('.stream-item', { hasText: words }).waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('a double click makes one record; back and reload lead to the same list', async () => {
  const p = await openPage(browser, server);
  const name = `双击${Date.now()}`;
  let made = 0;
  p.page.on('request', (r) => {
    if (r.method() === 'POST' && r.url().endsWith('/api/v1/customers')) made++;
  });
  await p.signIn();
  await p.go('/customers?q=王');
  await p.page.locator('a.grid-title').first().waitFor();
  await p.page.getByRole('button', { name: '新建客户' }).click();
  await p.page.fill('#field-name', name);
  await p.page.getByRole('button', { name: '新建', exact: true }).dblclick();
  await p.page.getByRole('heading', { name }).waitFor();
  assert.equal(made, 1);
  await p.page.reload();
  await p.page.getByRole('heading', { name }).waitFor();
  await p.page.goBack();
  await p.page.locator('a.grid-title').first().waitFor();
  assert.equal(await p.page.inputValue('.list-search input'), '王');
  await p.page.goForward();
  await p.page.getByRole('heading', { name }).waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('with the keyboard alone: find, open, change, save, leave', async () => {
  const p = await openPage(browser, server);
  const wechat = `key_${Date.now()}`;
  const { keyboard } = p.page;
  const tabTo = async (selector) => {
    for (let i = 0; i < 60; i++) {
      await keyboard.press('Tab');
      if (await p.page.evaluate((s) => document.activeElement?.matches(s), selector)) return;
    }
    throw new Error(`no Tab leads to ${selector}`);
  };
  await p.signIn();
  await p.go('/customers');
  await p.page.locator('a.grid-title').first().waitFor();
  await keyboard.press('/');
  await keyboard.type('王');
  await p.page.waitForURL(/q=/);
  await p.page.waitForFunction(() => !document.querySelector('.grid-old'));
  await tabTo('a.grid-title');
  await keyboard.press('Enter');
  await p.page.waitForURL(/customers\/\d+/);
  await p.page.locator('.record-head').waitFor();
  await tabTo('.record-head button');
  await keyboard.press('Enter');
  await p.page.waitForURL(/edit$/);
  await tabTo('#field-wechat');
  await keyboard.press('Control+a');
  await keyboard.type(wechat);
  await keyboard.press('Enter');
  await p.page.locator('.fact', { hasText: wechat }).waitFor();
  await tabTo('.top-user');
  await keyboard.press('Enter');
  await p.page.getByRole('menuitem', { name: '退出登录' }).waitFor();
  await keyboard.press('Escape');
  assert.deepEqual(p.wrong, []);
  await p.close();
});
