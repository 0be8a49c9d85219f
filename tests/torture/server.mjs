// One server under torture: started, asked, killed.
import { totp } from '../api/scenario.mjs';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';

const email = 'admin@example.com';
const password = 'torture-Zq7-lantern-47';
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export class Server {
  constructor(binary, url, folder) {
    Object.assign(this, { binary, url, data: join(folder, 'data'), log: join(folder, 'log'), port: 0 });
    const file = join(folder, 'password');
    writeFileSync(file, password, { mode: 0o600 });
    const made = spawnSync(binary, ['init', '--db', url, '--data', this.data, '--admin-email', email,
      '--admin-password-file', file], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`init: ${made.stderr}`);
  }

  // blocks: the largest file it may write, in units of 1 KiB; 0 = any.
  async start(blocks = 0) {
    const seen = existsSync(this.log) ? statSync(this.log).size : 0;
    const limit = blocks ? `trap '' XFSZ; ulimit -f ${blocks}; ` : '';
    const command = `${limit}exec "${this.binary}" serve --db "${this.url}" --data "${this.data}" --listen 127.0.0.1:0 2>>"${this.log}"`;
    this.agent = new Agent({ keepAlive: true, maxSockets: 32 });
    this.process = spawn('bash', ['-c', command], { stdio: 'ignore' });
    this.ended = new Promise((done) => this.process.once('exit', done));
    const said = () => (existsSync(this.log) ? readFileSync(this.log).subarray(seen).toString() : '');
    for (let tries = 0; tries < 200 && this.process.exitCode === null; tries++) {
      const ready = /"ready".*?"address":"http:[^"]+:(\d+)"/.exec(said());
      if (ready) {
        this.port = Number(ready[1]);
        return;
      }
      await sleep(50);
    }
    throw new Error(`the server does not start; ${said().slice(-2000)}`);
  }

  async kill(signal = 'SIGKILL') {
    this.process.kill(signal);
    await this.ended;
    this.agent.destroy();
  }

  async signIn() {
    const reply = await this.ask('POST', '/session', { email, password });
    if (reply.status !== 200) throw new Error(`sign in: ${reply.status} ${JSON.stringify(reply.body)}`);
    this.cookie = reply.cookie;
    this.csrf = reply.body.data.csrf;
    if (this.confirmed) return;
    const made = await this.ask('POST', '/me/totp');
    const done = await this.ask('POST', '/me/totp/confirm', { code: totp(made.body.data.secret, 0) });
    if (done.status !== 204) throw new Error(`second factor: ${done.status} ${JSON.stringify(done.body)}`);
    this.confirmed = true;
  }

  ask(method, path, body, headers = {}) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return this.exchange(method, path, text, text ? { 'Content-Type': 'application/json', ...headers } : headers);
  }

  send(path, bytes, headers) {
    return this.exchange('POST', path, bytes, headers);
  }

  exchange(method, path, text, headers) {
    const all = { ...headers };
    if (text) all['Content-Length'] = Buffer.byteLength(text);
    if (this.cookie) all.Cookie = this.cookie;
    if (this.cookie && method !== 'GET') all['X-CSRF-Token'] = this.csrf;
    return new Promise((done, fail) => {
      const r = request({ host: '127.0.0.1', port: this.port, path: `/api/v1${path}`, method, headers: all,
        agent: this.agent, timeout: 20000 }, (reply) => {
        const parts = [];
        reply.on('data', (part) => parts.push(part));
        reply.on('error', fail);
        reply.on('end', () => {
          const raw = Buffer.concat(parts).toString('utf8');
          try {
            done({ status: reply.statusCode, body: raw ? JSON.parse(raw) : null, headers: reply.headers,
              cookie: (reply.headers['set-cookie'] ?? []).map((c) => c.split(';')[0]).join('; ') });
          } catch (e) {
            fail(e);
          }
        });
      });
      r.on('error', fail);
      r.on('timeout', () => r.destroy(new Error('no answer within 20 s')));
      r.end(text);
    });
  }
}

export { sleep };
