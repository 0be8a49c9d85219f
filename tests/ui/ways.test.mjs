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
