/** Imports that need their user: rows to decide on, and one that is cancelled while it runs. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, startBrowser, startServer } from './harness.mjs';
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

async function drop(p, name, file) {
  await p.go('/imports/new');
  await p.page.setInputFiles('input[type=file]', { name, ...file });
  await p.page.waitForURL(/\/imports\/\d+/);
  await p.page.locator('.mapping').waitFor();
}

function workbook(rows) {
  return {
    mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    buffer: xlsx(rows),
  };
}

async function checkAndRun(p) {
  await p.page.getByRole('button', { name: '检查', exact: true }).click();
  await p.page.locator('.figures').waitFor({ timeout: 60_000 });
  await p.page.getByRole('button', { name: /^导入 [\d,]+ 条$/ }).click();
}

test('what is wrong with a file stays to be read, and the mended one is taken', { timeout: 120_000 }, async () => {
  const p = await openPage(browser, server, { expected: [400] });
  const stamp = String(Date.now()).slice(-7);
  await p.signIn();
  await p.go('/imports/new');
  const broken = { ...workbook([]), buffer: Buffer.from('PK\x03\x04 cut off') };
  await p.page.setInputFiles('input[type=file]', { name: '客户.xlsx', ...broken });
  const alert = p.page.getByRole('alert').filter({ hasText: '“客户.xlsx”没有收下' });
  await alert.waitFor();
  assert.match(await alert.innerText(), /没有收下：.{6,}/);
  assert.equal(await p.page.locator('.ant-message-error').count(), 0);
  const mended = workbook([['姓名', '手机'], [`补好${stamp}`, `1392${stamp}`]]);
  await p.page.setInputFiles('input[type=file]', { name: '客户.xlsx', ...mended });
  await p.page.waitForURL(/\/imports\/\d+/);
  await p.page.locator('.mapping').waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('rows that may be known are decided on one by one', { timeout: 180_000 }, async () => {
  const p = await openPage(browser, server);
  const stamp = String(Date.now()).slice(-7);
  await p.signIn();
  await drop(p, '一.xlsx', workbook([['姓名', '手机'], [`钱多多${stamp}`, `1391${stamp}`]]));
  await checkAndRun(p);
  await p.page.getByRole('button', { name: '撤销这次导入' }).waitFor({ timeout: 60_000 });

  await drop(p, '二.xlsx', workbook([
    ['姓名', '手机', '公司', '备注'],
    [`钱多多${stamp}`, `1391${stamp}`, `云帆${stamp}`, ''],
    [`新来的${stamp}`, `1381${stamp}`, '', ''],
    [`坏号码${stamp}`, '12', '', ''],
  ]));
  await p.page.locator('#policy').click();
  await p.page.getByTitle('逐条询问').click();
  await checkAndRun(p);
  await p.page.getByText('1 行像是已有的记录').waitFor({ timeout: 60_000 });
  await p.page.locator('.report-columns summary').click();
  await p.page.locator('.report-columns').getByText('手机', { exact: true }).waitFor();
  await p.page.getByText(`就是 钱多多${stamp}`).click();
  await p.page.getByRole('button', { name: '提交选择' }).click();
  await p.page.locator('.duplicates').waitFor({ state: 'detached', timeout: 60_000 });
  await p.go(`/customers?q=${encodeURIComponent(`钱多多${stamp}`)}`);
  const found = p.page.locator('a.grid-title').filter({ hasText: `钱多多${stamp}` });
  await found.first().waitFor({ timeout: 30_000 });
  assert.equal(await found.count(), 1);
  await found.click();
  await p.page.getByText(`云帆${stamp}`).first().waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('choices before the run show, count and stay', { timeout: 180_000 }, async () => {
  const p = await openPage(browser, server);
  const stamp = String(Date.now()).slice(-7);
  await p.signIn();
  await drop(p, '三.xlsx', workbook([['姓名', '手机'], [`孙一一${stamp}`, `1361${stamp}`]]));
  await checkAndRun(p);
  await p.page.getByRole('button', { name: '撤销这次导入' }).waitFor({ timeout: 60_000 });
  await drop(p, '四.xlsx', workbook([
    ['姓名', '手机', '手机'],
    [`孙一一${stamp}`, `1361${stamp}`, ''],
    [`孙一一${stamp}`, `1361${stamp}`, ''],
    [`周二二${stamp}`, `1362${stamp}`, ''],
  ]));
  assert.equal(await p.page.getByText('标题重复').count(), 2);
  await p.page.locator('#policy').click();
  await p.page.getByTitle('逐条询问').click();
  await p.page.getByRole('button', { name: '检查', exact: true }).click();
  await p.page.getByRole('button', { name: '导入 1 条', exact: true }).waitFor({ timeout: 60_000 });
  await p.page.getByText('是新的，新建').first().click();
  await p.page.getByRole('button', { name: '提交选择' }).click();
  for (const again of [false, true]) {
    if (again) await p.page.reload();
    await p.page.getByText('已选择：新建').waitFor({ timeout: 60_000 });
    await p.page.getByRole('button', { name: '导入 2 条', exact: true }).waitFor();
    assert.equal(await p.page.locator('.duplicate input:checked').count(), 1);
    assert.equal(await p.page.getByRole('button', { name: '提交选择' }).isDisabled(), true);
  }
  if (process.env.SHOT) await p.page.screenshot({ path: process.env.SHOT, fullPage: true });
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('an import is cancelled while it runs', { timeout: 180_000 }, async () => {
  const p = await openPage(browser, server);
  const lines = ['姓名,手机'];
  for (let i = 0; i < 40_000; i++) lines.push(`取消${i},1370${String(i).padStart(7, '0')}`);
  await p.signIn();
  await drop(p, '许多.csv', { mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) });
  await p.page.getByRole('button', { name: '检查', exact: true }).click();
  await p.page.locator('.progressing').getByRole('button', { name: '取消' }).click();
  await p.page.locator('.mapping').waitFor({ timeout: 60_000 });
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('what is left out, not understood or ambiguous is said before the check', { timeout: 180_000 }, async () => {
  const p = await openPage(browser, server);
  const stamp = String(Date.now()).slice(-7);
  await p.signIn();
  await drop(p, '三.xlsx', workbook([
    ['姓名', '手机', '级别', '出生日期', '内部码'],
    [`顺序一${stamp}`, `1351${stamp}`, '神级', '12/8/2006', '甲7'],
    [`顺序二${stamp}`, `1361${stamp}`, 'b级', '3/5/2001', '乙8'],
  ]));
  await p.page.getByText('有 1 列不会导入：内部码').waitFor();
  await p.page.getByText('1 个值不认识，请翻译').waitFor();
  await p.page.getByLabel('“出生日期”的日期顺序').waitFor();
  await p.page.getByRole('button', { name: '检查', exact: true }).click();
  await p.page.locator('.figures').waitFor({ timeout: 60_000 });
  await p.page.getByText('有 1 列不会导入：内部码').waitFor();
  await p.page.locator('.cell-made', { hasText: 'B 优质' }).waitFor();
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('a contacts file has no header row and loses nobody', { timeout: 180_000 }, async () => {
  const p = await openPage(browser, server);
  const stamp = String(Date.now()).slice(-7);
  const card = (name, phone) => `BEGIN:VCARD\nVERSION:3.0\nFN:${name}\nTEL:${phone}\nEND:VCARD\n`;
  const text = card(`名片一${stamp}`, `1331${stamp}`) + card(`名片二${stamp}`, `1341${stamp}`);
  await p.signIn();
  await drop(p, '通讯录.vcf', { mimeType: 'text/vcard', buffer: Buffer.from(text) });
  assert.equal(await p.page.locator('#header').count(), 0);
  await p.page.getByRole('button', { name: '检查', exact: true }).click();
  await p.page.getByRole('button', { name: '导入 2 条' }).waitFor({ timeout: 60_000 });
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('the contact beside the company is one, and an import that is over can be deleted', { timeout: 180_000 }, async () => {
  const p = await openPage(browser, server);
  const stamp = String(Date.now()).slice(-7);
  await p.signIn();
  await drop(p, '公司.xlsx', workbook([
    ['客户名称', '联系人', '联系人手机'],
    [`云帆${stamp}贸易有限公司`, `王总${stamp}`, `1321${stamp}`],
    [`云帆${stamp}贸易有限公司`, `王总${stamp}`, `1321${stamp}`],
  ]));
  await p.page.locator('.mapping').getByText('联系人 · 姓名').waitFor();
  await p.page.locator('.mapping').getByText('联系人 · 手机').waitFor();
  await checkAndRun(p);
  await p.page.getByText('新建了联系人').waitFor({ timeout: 60_000 });
  await p.page.getByText('与第 2 行重复').waitFor();
  await p.go('/imports');
  await p.page.getByRole('button', { name: '删除导入 公司.xlsx' }).click();
  await p.page.getByText('之后不能再撤销这次导入').waitFor();
  await p.page.getByRole('button', { name: '删除', exact: true }).click();
  await p.page.getByText('已删除“公司.xlsx”').waitFor();
  await p.page.locator('.import-row', { hasText: '公司.xlsx' }).waitFor({ state: 'detached' });
  await p.go(`/contacts?q=${encodeURIComponent(`王总${stamp}`)}`);
  await p.page.locator('a.grid-title', { hasText: `王总${stamp}` }).waitFor({ timeout: 30_000 });
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('whom a row changes is named, the list is narrowed to the import, and undoing tells numbers', { timeout: 180_000 }, async () => {
  const p = await openPage(browser, server);
  const stamp = String(Date.now()).slice(-7);
  const first = workbook([['姓名', '手机'], [`名单一${stamp}`, `1301${stamp}`]]);
  await p.signIn();
  await drop(p, '先.xlsx', first);
  await checkAndRun(p);
  await p.page.getByRole('button', { name: '撤销这次导入' }).waitFor({ timeout: 60_000 });
  await drop(p, '再.xlsx', first);
  await p.page.getByRole('link', { name: '看那次导入' }).waitFor();

  await drop(p, '后.xlsx', workbook([
    ['姓名', '手机', '公司', '标签'],
    [`名单一${stamp}`, `1301${stamp}`, `云帆${stamp}`, ''],
    [`名单二${stamp}`, `1311${stamp}`, '', `标签${stamp}`],
    ['合计', '', '', ''],
  ]));
  await p.page.getByRole('button', { name: '检查', exact: true }).click();
  const known = p.page.locator('.report-known');
  await known.getByRole('link', { name: `名单一${stamp}` }).waitFor({ timeout: 60_000 });
  await known.getByText('手机相同').waitFor();
  await known.getByText(`所在公司：（空） → 云帆${stamp}`).waitFor();
  await p.page.getByText('合计行，不是记录').waitFor();
  await p.page.getByRole('button', { name: '导入 2 条' }).click();
  await p.page.getByRole('button', { name: '撤销这次导入' }).waitFor({ timeout: 60_000 });
  const here = p.page.url();
  await p.page.getByRole('link', { name: '查看客户' }).click();
  await p.page.locator('.chip', { hasText: '后.xlsx' }).waitFor({ timeout: 30_000 });
  await p.page.locator('a.grid-title').filter({ hasText: `名单二${stamp}` }).waitFor({ timeout: 30_000 });
  assert.equal(await p.page.locator('a.grid-title').count(), 2);

  await p.page.goto(here);
  await p.page.getByRole('button', { name: '撤销这次导入' }).click();
  await p.page.getByRole('dialog').getByRole('button', { name: '撤销这次导入' }).click();
  await p.page.getByText('撤回 3 项。').waitFor({ timeout: 60_000 });
  assert.deepEqual(p.wrong, []);
  await p.close();
});
