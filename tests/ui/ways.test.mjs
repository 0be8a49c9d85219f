/** From one page to another and back: the place in a list, the figures, the states, the language. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desktop, openPage, phone, startBrowser, startServer } from './harness.mjs';

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

for (const [size, box, row] of [
  [desktop, '.grid', 'a.grid-title'],
  [phone, 'main', 'a.card'],
])
  test(`back from a record the list is where it was left, at ${size.width}`, async () => {
    const p = await openPage(browser, server, { size });
    const top = () => p.page.locator(box).first().evaluate((b) => b.scrollTop);
    await p.signIn();
    await p.go('/customers');
    await p.page.locator(row).first().waitFor();
    for (let at = 0; at < 6000; at = await top()) {
      await p.page.locator(box).first().evaluate((b) => b.scrollBy(0, 1500));
      await p.page.waitForTimeout(150);
    }
    const left = await top();
    const path = await p.page.evaluate(([row]) => {
      const inSight = [...document.querySelectorAll(row)].find((a) => a.getBoundingClientRect().top > 300);
      inSight.click();
      return inSight.getAttribute('href');
    }, [row]);
    await p.page.waitForURL(/customers\/\d+$/);
    await p.page.locator('.record').waitFor();
    if (box === 'main') assert.equal(await top(), 0);
    await p.page.goBack();
    await p.page.locator(row).first().waitFor();
    assert.ok(Math.abs((await top()) - left) < 40, `${await top()} for ${left}`);
    assert.ok((await p.page.locator(`a[href="${path}"]`).boundingBox()).y > 0);
    await p.page.goForward();
    await p.page.locator('.record').waitFor();
    if (size === desktop) {
      await p.page.locator('.where-page').click();
      await p.page.locator(row).first().waitFor();
      assert.equal(await top(), 0);
    }
    assert.deepEqual(p.wrong, []);
    await p.close();
  });

test('the figures of data quality lead to the customers they count', async () => {
  const p = await openPage(browser, server);
  await p.signIn();
  await p.go('/quality');
  const cells = p.page.locator('.quality-table tbody tr').first().locator('td');
  const records = await cells.first().innerText();
  assert.deepEqual(await p.axe(), []);
  await cells.first().getByRole('link').click();
  await p.page.waitForURL(/customers\?where=/);
  await p.page.locator('.list-count', { hasText: records }).waitFor();
  await p.page.goBack();
  await p.page.locator('.quality-meter').first().getByRole('link').click();
  await p.page.waitForURL(/customers\?where=/);
  await p.page.locator('.chip').first().waitFor();
  await p.page.locator('a.grid-title').first().waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('no jobs in a state is said as such; a change of the language is told in the new one', async () => {
  const p = await openPage(browser, server);
  await p.signIn();
  await p.go('/jobs?state=dead');
  await p.page.getByText('没有“已放弃”的后台任务').waitFor();
  await p.page.getByRole('button', { name: '显示全部任务' }).click();
  await p.page.waitForURL(/\/jobs$/);
  await p.go('/settings/profile');
  for (const [language, said] of [['English', 'Saved'], ['简体中文', '已保存']]) {
    await p.page.locator('#language').click();
    await p.page.locator('.ant-select-item-option', { hasText: language }).click();
    await p.page.locator('.ant-message', { hasText: said }).waitFor();
  }
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('notes stand among the first facts, and a plain no in no short line', async () => {
  const p = await openPage(browser, server);
  await p.signIn();
  await p.go('/customers');
  const id = await p.page.evaluate(async () => {
    const { data: me } = await (await fetch('/api/v1/session')).json();
    const post = async (path, body) => {
      const headers = { 'Content-Type': 'application/json', 'X-CSRF-Token': me.csrf };
      const reply = await fetch(`/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return (await reply.json()).data;
    };
    const { id } = await post('/customers', { name: '短句贸易', kind: 'company', notes: '只在上午接电话' });
    await post('/contacts', { name: '韩梅', customer: id, main: false });
    return id;
  });
  await p.go(`/customers/${id}`);
  await p.page.locator('.facts', { hasText: '只在上午接电话' }).waitFor();
  const contact = p.page.locator('.related li', { hasText: '韩梅' });
  await contact.waitFor();
  assert.doesNotMatch(await contact.innerText(), /否/);
  assert.deepEqual(p.wrong, []);
  await p.close();
});
