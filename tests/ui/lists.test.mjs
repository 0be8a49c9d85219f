/** Work in a list: cells written in place, filters from values, many records at once, views. */
import assert from 'node:assert/strict';
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

async function openList(query = '', options = {}) {
  const p = await openPage(browser, server, options);
  await p.signIn();
  await p.go(`/customers${query}`);
  await p.page.locator('a.grid-title').first().waitFor();
  const head = await p.page.locator('thead th').allInnerTexts();
  const row = (n) => p.page.locator('tbody tr[aria-rowindex]').nth(n);
  return {
    ...p,
    row,
    cell: (n, label) => row(n).locator('td').nth(head.findIndex((h) => h.trim() === label)),
    ask: (path, init) => p.page.evaluate(async ([path, init]) => {
      const { data } = await (await fetch('/api/v1/session')).json();
      const headers = { 'Content-Type': 'application/json', 'X-CSRF-Token': data.csrf, 'Idempotency-Key': crypto.randomUUID(), ...init.headers };
      return (await fetch(`/api/v1${path}`, { ...init, headers })).json();
    }, [path, init]),
  };
}

const wechatColumn = '?columns=name,wechat,phone,stage,tags,level,owner';

test('a cell is written by keys: Enter, error in place, Esc, Tab to the next, F2', async () => {
  const p = await openList(wechatColumn, { expected: [400] });
  const wechat = `wx_${Date.now()}`;
  const before = await p.cell(0, '手机').innerText();
  await p.page.keyboard.press('j');
  await p.page.keyboard.press('ArrowRight');
  await p.page.keyboard.press('Enter');
  await p.page.locator('.cell-editor input').fill(wechat);
  await p.page.keyboard.press('Tab');
  await p.cell(0, '手机').locator('.cell-editor input').fill('12');
  assert.equal((await p.cell(0, '微信号').innerText()).trim(), wechat);
  await p.page.keyboard.press('Enter');
  await p.page.locator('.cell-editor [role=alert]').waitFor();
  assert.deepEqual(await p.axe(), []);
  await p.page.keyboard.press('Escape');
  assert.equal(await p.page.locator('.cell-editor').count(), 0);
  assert.equal((await p.cell(0, '手机').innerText()).trim(), before.trim());
  await p.page.keyboard.press('F2');
  await p.page.locator('.cell-editor').waitFor();
  await p.page.keyboard.press('Escape');
  await p.page.reload();
  await p.row(0).getByText(wechat).waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('a double click chooses from a list and saves at once; a click elsewhere saves too', async () => {
  const p = await openList(wechatColumn);
  await p.cell(1, '级别').dblclick();
  await p.page.locator('.ant-select-dropdown').getByText('A 重点').click();
  await p.page.locator('.cell-editor').waitFor({ state: 'detached' });
  await p.cell(1, '级别').getByText('A 重点').waitFor();
  await p.cell(2, '微信号').dblclick();
  await p.page.locator('.cell-editor input').fill('clicked_away');
  await p.cell(4, '手机').click();
  await p.row(2).getByText('clicked_away').waitFor();
  assert.equal(await p.page.locator('.cell-editor').count(), 0);
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('a cell whose record somebody changed meanwhile shows both versions', async () => {
  const p = await openList(wechatColumn, { expected: [409] });
  await p.cell(0, '微信号').dblclick();
  await p.page.locator('.cell-editor input').fill('mine_here');
  const path = await p.row(0).locator('a.grid-title').getAttribute('href');
  const { data } = await p.ask(path, {});
  await p.ask(path, { method: 'PATCH', headers: { 'If-Match': `"${data.version}"` }, body: JSON.stringify({ wechat: 'theirs_there' }) });
  await p.page.locator('.cell-editor input').press('Enter');
  await p.page.getByRole('dialog').getByText('theirs_there').waitFor();
  assert.deepEqual(await p.axe(), []);
  await p.page.getByRole('button', { name: '用我的覆盖' }).click();
  await p.row(0).getByText('mine_here').waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('the default columns of every list fit beside the navigation', { timeout: 120_000 }, async () => {
  const p = await openList();
  const { data } = await p.ask('/model', {});
  const lists = data.objects.filter((o) => o.menu);
  assert.ok(lists.length > 10);
  const scrollbar = 16;
  for (const o of lists) {
    await p.go(`/${o.plural}`);
    await p.page.locator('a.grid-title, .state').first().waitFor();
    if (!(await p.page.locator('.grid').count())) continue;
    const [wanted, room] = await p.page.evaluate(() => [
      parseInt(document.querySelector('.grid table').style.width, 10),
      document.querySelector('.grid').clientWidth,
    ]);
    assert.ok(wanted <= room - scrollbar, `${o.plural}: ${wanted} of ${room}`);
  }
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('the chosen cell shows its whole value beside its tools; a double click there writes it', async () => {
  const p = await openList('?columns=name,owner,phone,stage,tags,level,wechat,email,address');
  const path = await p.row(0).locator('a.grid-title').getAttribute('href');
  const { data } = await p.ask(path, {});
  const name = 'Nanyang George Town Trading Sdn. Bhd.';
  await p.ask(path, { method: 'PATCH', headers: { 'If-Match': `"${data.version}"` }, body: JSON.stringify({ name, phone: '+821036376945' }) });
  await p.page.evaluate(() => localStorage.setItem('renmai.widths', JSON.stringify({ 'customer.name': 120, 'customer.phone': 70 })));
  await p.page.reload();
  await p.cell(0, '手机').click();
  await p.page.locator('.grid-tools button').first().waitFor();
  const seen = await p.page.evaluate(() => {
    const value = document.querySelector('.grid-open-value');
    return [value.innerText, value.scrollWidth - value.clientWidth, document.querySelector('.grid-tools').getBoundingClientRect().left - value.getBoundingClientRect().right];
  });
  assert.equal(seen[0], '+82 10 3637 6945');
  assert.ok(seen[1] <= 0 && seen[2] >= 0, seen.join());
  await p.cell(0, '姓名 / 名称').hover();
  assert.equal(await p.cell(0, '姓名 / 名称').getAttribute('title'), name);
  const box = await p.cell(3, '负责人').boundingBox();
  await p.page.mouse.dblclick(box.x + box.width - 20, box.y + 18);
  await p.page.locator('.cell-editor').waitFor();
  assert.equal(await p.page.locator('.chip').count(), 0);
  await p.page.keyboard.press('Escape');
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('the filter begins with the fields of the object, and says what to do where nothing is found', async () => {
  const p = await openList();
  await p.page.getByRole('button', { name: '筛选' }).click();
  const options = p.page.locator('.ant-select-item-option');
  await p.page.getByLabel('字段').click();
  assert.equal((await options.first().innerText()).trim(), '姓名 / 名称');
  await p.page.getByLabel('字段').fill('时间');
  await p.page.locator('.ant-select-item-group', { hasText: '系统字段' }).waitFor();
  await p.page.getByLabel('字段').fill('没有这样的');
  await p.page.locator('.ant-select-dropdown', { hasText: '没有结果，换个词试试。' }).waitFor();
  assert.equal(await p.page.locator('.ant-empty').count(), 0);
  await p.page.keyboard.press('Escape');
  await p.go(`/customers?where=${encodeURIComponent('{"all":[{"field":"name","in":["王少辉"]}]}')}`);
  await p.page.locator('.chip-text').click();
  await p.page.locator('.filter-row .ant-select').last().locator('input').fill('李四');
  await p.page.keyboard.press('Enter');
  await p.page.getByRole('button', { name: '应用' }).click();
  await p.page.locator('.chip', { hasText: '王少辉、李四' }).waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('where nothing would change that is said and cannot be sent', async () => {
  const p = await openList(`?where=${encodeURIComponent('{"all":[{"field":"kind","in":["company"]}]}')}`);
  await p.row(0).locator('input[type=checkbox]').check();
  await p.page.getByRole('button', { name: '修改…' }).click();
  await p.page.locator('#bulk-field').fill('类型');
  await p.page.keyboard.press('Enter');
  await p.page.locator('#bulk-value').click();
  await p.page.locator('.ant-select-item-option', { hasText: '企业' }).click();
  await p.page.getByText('选中的记录已经是这样了').waitFor();
  const button = p.page.locator('.bulk-change button[type=submit]');
  assert.equal((await button.innerText()).trim(), '修改');
  assert.ok(await button.isDisabled());
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('a value becomes the filter', async () => {
  const p = await openList(wechatColumn);
  const stage = (await p.cell(0, '阶段').innerText()).trim();
  await p.cell(0, '阶段').click();
  await p.page.getByRole('button', { name: '按此值筛选' }).click();
  await p.page.locator('.chip', { hasText: stage }).waitFor();
  await p.page.waitForFunction(() => !document.querySelector('.grid-old'));
  const stages = await p.page.locator('tbody tr[aria-rowindex] td:nth-child(5)').allInnerTexts();
  assert.ok(stages.length > 0 && stages.every((s) => s.trim() === stage), stages.join());
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('all that match are tagged at once, told before and taken back after', { timeout: 120_000 }, async () => {
  const p = await openList('?q=王&columns=name,tags');
  const tag = `批量${Date.now()}`;
  const tagged = () => p.ask(`/customers/count`, { method: 'POST', body: JSON.stringify({ where: { field: 'tags', hasAny: [tag] } }) });
  const total = Number((await p.page.locator('.list-count').innerText()).match(/\d+/)[0]);
  await p.page.locator('thead input[type=checkbox]').check();
  const all = p.page.getByRole('button', { name: /选择符合条件的全部/ });
  if (await all.count()) await all.click();
  await p.page.getByText(`已选 ${total} 条`).waitFor();
  await p.page.getByRole('button', { name: '修改…' }).click();
  await p.page.locator('#bulk-field').fill('标签');
  await p.page.keyboard.press('Enter');
  await p.page.locator('#bulk-value').waitFor();
  assert.deepEqual(await p.axe(), []);
  await p.page.locator('#bulk-value').fill(tag);
  await p.page.keyboard.press('Enter');
  await p.page.getByText(`会给 ${total} 条中的 ${total} 条添加`).waitFor();
  await p.page.getByRole('button', { name: `修改 ${total} 条` }).click();
  await p.page.locator('.toast').waitFor();
  assert.equal((await tagged()).data.value, total);
  await p.page.locator('.toast').getByRole('button', { name: '撤销' }).click();
  await p.page.getByText('已撤销').waitFor({ timeout: 30_000 });
  assert.equal((await tagged()).data.value, 0);
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('many are deleted after a question that says how many, and come back', { timeout: 120_000 }, async () => {
  const p = await openList('?q=李');
  const total = (await p.page.locator('.list-count').innerText()).trim();
  const rows = p.page.locator('tbody tr[aria-rowindex] input[type=checkbox]');
  await rows.nth(0).check();
  await rows.nth(2).click({ modifiers: ['Shift'] });
  await p.page.getByRole('button', { name: '删除', exact: true }).click();
  await p.page.getByRole('dialog').getByRole('button', { name: '删除 3 条' }).click();
  await p.page.getByText('已删除 3 条').waitFor();
  await p.page.waitForFunction((n) => document.querySelector('.list-count')?.textContent.trim() !== n, total);
  await p.page.locator('.toast').getByRole('button', { name: '撤销' }).click();
  await p.page.waitForFunction((n) => document.querySelector('.list-count')?.textContent.trim() === n, total);
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('a view is saved, renamed, shared and deleted', async () => {
  const p = await openList('?q=王');
  const name = `王姓${Date.now()}`;
  await p.page.getByRole('button', { name: '保存视图' }).click();
  await p.page.fill('#view-name', name);
  await p.page.keyboard.press('Enter');
  const tab = (n) => p.page.locator('.views-tabs').getByRole('button', { name: n, exact: true });
  await tab(name).waitFor();
  await p.page.getByRole('button', { name: '视图设置' }).click();
  await p.page.fill('#view-name', `${name}改`);
  await p.page.locator('#view-shared').click();
  await p.page.locator('.ant-select-dropdown').getByText('所有人').click();
  assert.deepEqual(await p.axe(), []);
  await p.page.getByRole('button', { name: '保存', exact: true }).click();
  await tab(`${name}改`).waitFor();
  await p.page.reload();
  await tab(`${name}改`).waitFor();
  assert.equal(await p.page.inputValue('.list-search input'), '王');
  await p.page.getByRole('button', { name: '视图设置' }).click();
  await p.page.locator('.save-view', { hasText: '所有人' }).waitFor();
  await p.page.locator('.save-view').getByRole('button', { name: '删除' }).click();
  await tab(`${name}改`).waitFor({ state: 'detached' });
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('the form of a view is of the view that is open', async () => {
  const p = await openList();
  const tabs = p.page.locator('.view-tab');
  await tabs.nth(1).click();
  await p.page.waitForURL(/view=/);
  const first = (await tabs.nth(1).innerText()).trim();
  await tabs.nth(2).click();
  await p.page.getByRole('button', { name: '视图设置' }).click();
  const name = p.page.locator('#view-name');
  await name.waitFor();
  assert.equal(await name.inputValue(), (await tabs.nth(2).innerText()).trim());
  await p.page.goBack();
  await p.page.waitForFunction((n) => document.querySelector('#view-name')?.value === n, first, { timeout: 5000 });
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('a masked value is shown on demand, replaced unseen, or left', async () => {
  const p = await openPage(browser, server);
  const path = '**/api/v1/customers/*';
  let sent = null;
  await p.context.route(path, async (route) => {
    const request = route.request();
    if (request.method() === 'PATCH') sent = request.postDataJSON();
    const reply = await route.fetch();
    const body = await reply.json();
    if (body.data?.phone && request.method() === 'GET') {
      body.data.phone = '138****5678';
      body.data._masked = ['phone'];
    }
    await route.fulfill({ response: reply, json: body });
  });
  // To the administrator nothing is masked, and the server reveals only what is.
  await p.context.route('**/api/v1/customers/*/reveal', (route) =>
    route.fulfill({ json: { data: { field: 'phone', value: '+8613812345678' } } }),
  );
  await p.signIn();
  await p.go(`/customers?where=${encodeURIComponent('{"field":"phone","isNull":false}')}`);
  await p.page.locator('a.grid-title').first().click();
  await p.page.getByRole('button', { name: '编辑' }).click();
  await p.page.locator('.masked-value', { hasText: '138****5678' }).waitFor();
  await p.page.getByRole('button', { name: '替换手机' }).click();
  assert.equal(await p.page.inputValue('#field-phone'), '');
  await p.page.getByRole('button', { name: '保持不变' }).click();
  await p.page.locator('.masked').getByRole('button', { name: /完整/ }).click();
  await p.page.locator('.masked .revealed').waitFor();
  assert.deepEqual(await p.axe(), []);
  await p.page.getByRole('button', { name: '替换手机' }).click();
  await p.page.fill('#field-phone', '13912345678');
  await p.page.getByRole('button', { name: '保存', exact: true }).click();
  await p.page.waitForURL(/customers\/\d+$/);
  assert.deepEqual(sent, { phone: '13912345678' });
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('records that are one become one, and two again', async () => {
  const p = await openList('', { expected: [404, 409] });
  const name = `合并${Date.now()}`;
  const make = (body) => p.ask('/customers', { method: 'POST', body: JSON.stringify(body) });
  const one = (await make({ name, phone: '13811112222', tags: ['老客户'] })).data.id;
  const two = (await make({ name: `${name}二`, email: `${name}@example.com`, tags: ['展会'] })).data.id;
  await p.go(`/customers?q=${name}&columns=name,email,tags`);
  await p.page.locator('tbody tr[aria-rowindex]').nth(1).waitFor();
  await p.page.locator('thead input[type=checkbox]').check();
  await p.page.getByRole('button', { name: '合并…' }).click();
  await p.page.waitForURL((u) => u.pathname.endsWith('/merge'));
  const kept = new URL(p.page.url()).pathname.split('/')[2];
  const gone = kept === one ? two : one;
  await p.page.getByRole('button', { name: `${name}二` }).click();
  await p.page.locator('.merge-result', { hasText: `${name}二` }).waitFor();
  assert.deepEqual(await p.axe(), []);
  const version = (await p.ask(`/customers/${gone}`, {})).data.version;
  await p.ask(`/customers/${gone}`, { method: 'PATCH', body: '{"notes":"刚改的"}', headers: { 'If-Match': `"${version}"` } });
  await p.page.getByRole('button', { name: '合并 2 条' }).click();
  await p.page.getByText('在此期间有人改过这条记录。').waitFor();
  await p.page.locator('.merge-table', { hasText: '刚改的' }).waitFor();
  await p.page.getByRole('button', { name: '合并 2 条' }).dblclick();
  await p.page.waitForURL((u) => u.pathname === `/customers/${kept}`);
  await p.page.getByRole('heading', { name: `${name}二` }).waitFor();
  const record = async (id) => (await p.ask(`/customers/${id}`, {})).data;
  assert.deepEqual((await record(kept)).tags.toSorted(), ['展会', '老客户'].toSorted());

  const tab = await p.page.context().newPage();
  await tab.goto(new URL(`/customers/${gone}`, p.page.url()).href);
  await tab.waitForURL((u) => u.pathname === `/customers/${kept}`);
  await tab.goto(new URL(`/customers/${kept}/merge?with=${gone}`, p.page.url()).href);
  await tab.getByRole('alert').getByRole('link', { name: '去掉' }).click();
  await tab.waitForURL((u) => u.pathname.endsWith('/merge') && !u.searchParams.get('with'));
  await tab.close();
  await p.page.getByRole('button', { name: '撤销', exact: true }).click();
  await p.page.getByText('已撤销').first().waitFor();
  assert.equal((await record(gone)).id, gone);
  assert.equal((await record(kept)).tags.length, 1);
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('a merge is undone from the history, and the note of a duplicate goes and comes with it', async () => {
  const p = await openList('', { expected: [404] });
  const make = (body) => p.ask('/customers?duplicates=allow', { method: 'POST', body: JSON.stringify(body) });
  const kept = (await make({ name: '欧阳晓峰', phone: '13811113333' })).data.id;
  const gone = (await make({ name: '欧阳小峰', tags: ['展会'] })).data.id;
  await p.go(`/customers/${kept}`);
  const note = p.page.locator('.record-twice', { hasText: '可能与“欧阳小峰”重复：' });
  await note.waitFor();
  await p.page.getByRole('link', { name: '对比' }).click();
  await p.page.getByRole('button', { name: '合并 2 条' }).click();
  await p.page.waitForURL((u) => u.pathname === `/customers/${kept}`);
  await note.waitFor({ state: 'detached' });
  await p.page.getByRole('button', { name: '变更记录' }).click();
  await p.page.locator('.stream-batch button').first().click();
  assert.deepEqual(await p.axe(), []);
  await p.page.locator('.dialog, [role=dialog]').getByRole('button', { name: '撤销' }).click();
  await p.page.getByText('已撤销').first().waitFor();
  await note.waitFor();
  assert.equal((await p.ask(`/customers/${gone}`, {})).data.id, gone);
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('dates are read as they are typed, and what is none stays and says so', async () => {
  const p = await openList('?columns=name,birthday,phone', { expected: [400] });
  await p.go('/customers/new');
  const birthday = p.page.getByLabel('生日', { exact: true });
  const next = p.page.getByLabel('下次跟进', { exact: true });
  const leave = async (input, text) => {
    await input.fill(text);
    await p.page.keyboard.press('Tab');
  };
  const note = p.page.locator('.form-field [role=alert]');
  for (const text of ['1990/3/5', '1990年3月5日', '19900305']) {
    await leave(birthday, text);
    await p.page.waitForFunction(() => document.getElementById('field-birthday').value === '1990-03-05');
    await leave(birthday, '');
  }
  await leave(birthday, '1990-13-45');
  await note.getByText('读不出这个日期').waitFor();
  assert.equal(await birthday.inputValue(), '1990-13-45');
  assert.deepEqual(await p.axe(), []);
  await leave(birthday, '5 Mar 1990');
  assert.equal(await birthday.inputValue(), '1990-03-05');
  assert.equal(await note.count(), 0);
  await leave(next, '2031/12/5');
  assert.equal(await next.inputValue(), '2031-12-05 09:00');
  await leave(next, '明天 15:30');
  assert.match(await next.inputValue(), / 15:30$/);
  await p.page.locator('#field-name').fill('日期');
  await leave(birthday, '某天');
  await p.page.locator('.form-foot button[type=submit]').click();
  await p.page.locator('#field-birthday-note.field-error').waitFor();
  assert.equal(await birthday.inputValue(), '某天');
  await p.close();
});

test('a date typed into a cell is saved; what is none stays in the cell', async () => {
  const p = await openList('?columns=name,birthday,phone', { expected: [400] });
  await p.page.keyboard.press('j');
  await p.page.keyboard.press('ArrowRight');
  await p.page.keyboard.press('Enter');
  const input = p.page.locator('.cell-editor input');
  await input.fill('1990-13-45');
  await p.page.keyboard.press('Tab');
  await p.page.locator('.cell-editor [role=alert]').waitFor();
  assert.equal(await input.inputValue(), '1990-13-45');
  await input.fill('1990/3/5');
  await p.page.keyboard.press('Tab');
  await p.cell(0, '生日').getByText('1990').waitFor();
  await p.cell(0, '手机').locator('.cell-editor').waitFor();
  await p.close();
});
