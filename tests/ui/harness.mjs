/**
 * The server and the browser of these tests. RENMAI_URL, RENMAI_EMAIL and RENMAI_PASSWORD name a
 * server that runs already; without them the demo enterprise is started on a database of its own.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const { AxeBuilder } = require('@axe-core/playwright');

const binary = process.env.RENMAI_BINARY ?? new URL('../../build/renmai', import.meta.url).pathname;
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const startLimit = 180_000;

export const desktop = { width: 1440, height: 900 };
export const phone = { width: 375, height: 812 };

/** Below the ports the system gives to outgoing connections: a server comes back to the same one. */
async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const isFree = await new Promise((resolve) => {
      const s = createServer().once('error', () => resolve(false));
      s.listen(port, '127.0.0.1', () => s.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

/** What the demo reports when it is ready: the address, the user and the one-time password. */
function readLogin(said) {
  const line = said.split('\n').find((l) => l.startsWith('{"address"'));
  const { user, password } = line ? JSON.parse(line) : {};
  return { email: user, password };
}

async function untilReady(url, child, said, isReady = () => true) {
  const until = Date.now() + startLimit;
  for (;;) {
    const ready = await fetch(`${url}/readyz`).then(
      (r) => r.ok,
      () => false,
    );
    if (ready && isReady()) return;
    if (child.exitCode !== null || Date.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`no server: ${said()}`);
    }
    await new Promise((r) => setTimeout(r, 200));
  }
}

/** own: a small enterprise of its own, of which the server may be killed and started again. */
export async function startServer({ own = false } = {}) {
  if (process.env.RENMAI_URL && !own)
    return {
      url: process.env.RENMAI_URL,
      email: process.env.RENMAI_EMAIL,
      password: process.env.RENMAI_PASSWORD,
      async stop() {},
    };
  const dir = mkdtempSync(join(tmpdir(), 'renmai-ui-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const place = ['--db', `sqlite:${join(dir, 'demo.db')}`, '--data', dir, '--listen', `127.0.0.1:${port}`];
  let said = '';
  let child;
  let ended;
  const run = (...words) => {
    child = spawn(binary, [...words, ...place], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (b) => (said += b));
    child.stderr.on('data', (b) => (said += b));
    ended = new Promise((resolve) => child.on('exit', resolve));
  };
  run('demo', ...(own ? ['--customers', '300'] : []));
  await untilReady(url, child, () => said, () => readLogin(said).password);
  const end = async (signal) => {
    child.kill(signal);
    await ended;
  };
  return {
    url,
    ...readLogin(said),
    kill: () => end('SIGKILL'),
    async again() {
      run('serve');
      await untilReady(url, child, () => said);
    },
    async stop() {
      await end('SIGTERM');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** An enterprise that is no demo: its first administrator and the users given, all with one password. */
export async function startEnterprise(users = []) {
  const dir = mkdtempSync(join(tmpdir(), 'renmai-own-'));
  const file = join(dir, 'renmai.db');
  const place = ['--db', `sqlite:${file}`, '--data', dir];
  const password = 'three blue lanterns';
  const secret = join(dir, 'password');
  writeFileSync(secret, password);
  const command = (...words) => execFileSync(binary, [...words, ...place], { encoding: 'utf8', stdio: 'pipe' });
  const admin = 'admin@example.com';
  command('init', '--admin-email', admin, '--admin-password-file', secret, '--language', 'zh-CN');
  for (const { email, name, role } of users)
    command('user', 'add', '--email', email, '--name', name, '--role', role, '--password-file', secret);
  const token = command('token', 'create', '--user', admin, '--name', 'tests').trim();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const words = ['serve', ...place, '--listen', `127.0.0.1:${port}`];
  const child = spawn(binary, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (b) => (said += b));
  await untilReady(url, child, () => said);
  return {
    url,
    file,
    admin,
    password,
    /** By the administrator's token. */
    async ask(path, method = 'GET', body = undefined) {
      const reply = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      if (!reply.ok) throw new Error(`${method} ${path}: ${await reply.text()}`);
      return reply.json();
    },
    async stop() {
      const ended = new Promise((resolve) => child.on('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** RFC 6238 with the usual six digits and thirty seconds; ahead: steps into the future. */
export function totp(secret, ahead = 0) {
  const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0'));
  const key = Buffer.from(bits.join('').match(/.{8}/g).map((b) => Number.parseInt(b, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const mac = createHmac('sha1', key).update(step).digest();
  const at = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(at % 1_000_000).padStart(6, '0');
}

export function startBrowser() {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
}

/** A browser that comes for the first time asks who is signed in, and is told nobody. */
const tellsNobody = (status, url) => status === 401 && url.endsWith('/api/v1/session');

/**
 * A page that notes whatever goes wrong in it; answers that a test expects are let through, and with
 * `cut` requests that get no answer.
 */
export async function openPage(browser, server, options = {}) {
  const { size = desktop, scheme = 'light', language = 'zh-CN', expected = [], cut = false } = options;
  const context = await browser.newContext({
    viewport: size,
    colorScheme: scheme,
    locale: language,
    hasTouch: size === phone,
    isMobile: size === phone,
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const wrong = [];
  page.on('pageerror', (e) => wrong.push(`error: ${e.message}`));
  page.on('console', (m) => {
    if (m.type() !== 'error') return;
    if (m.text().includes('status of 401') && tellsNobody(401, m.location().url)) return;
    if (expected.some((status) => m.text().includes(`status of ${status}`))) return;
    if (cut && m.text().includes('net::ERR_')) return;
    wrong.push(`console: ${m.text()}`);
  });
  page.on('requestfailed', (r) => {
    if (!cut && r.failure()?.errorText !== 'net::ERR_ABORTED') wrong.push(`failed: ${r.url()}`);
  });
  page.on('response', (r) => {
    if (r.status() >= 400 && !expected.includes(r.status()) && !tellsNobody(r.status(), r.url()))
      wrong.push(`${r.status()} ${r.request().method()} ${r.url()}`);
  });
  return {
    page,
    context,
    wrong,
    go: (path) => page.goto(server.url + path),
    /** Signs in once a server, because it counts attempts; later pages take the session along. */
    async signIn(email = server.email) {
      if (server.cookies && email === server.email) {
        await context.addCookies(server.cookies);
        /* a page that was told before that nobody is signed in would not ask again */
        if (page.url().startsWith(server.url)) await page.evaluate(() => localStorage.removeItem('renmai.signed-out'));
        return;
      }
      await page.goto(`${server.url}/login`);
      await page.fill('#email', email);
      await page.fill('#password', server.password);
      await page.keyboard.press('Enter');
      await page.waitForURL((u) => !u.pathname.startsWith('/login'));
      if (email === server.email) server.cookies = await context.cookies();
    },
    async axe() {
      const { violations } = await new AxeBuilder({ page }).analyze();
      return violations.map(
        (v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(' ')} ${n.failureSummary}`).join('; ')}`,
      );
    },
    async close() {
      await context.unrouteAll({ behavior: 'ignoreErrors' });
      await context.close();
    },
  };
}
