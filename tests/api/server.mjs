// Real servers on databases of their own: SQLite files, or databases of the PostgreSQL that
// RENMAI_TEST_PG names. All start as copies of one template.
import {execFileSync, spawn} from 'node:child_process';
import {cpSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const program = process.env.RENMAI ??
  join(dirname(fileURLToPath(import.meta.url)), '../../build/renmai');
export const PASSWORD = 'three blue lanterns';

export class Place {
  #made = 0;
  constructor(kind) {
    this.kind = kind;
    this.folder = mkdtempSync(join(tmpdir(), 'renmai-api-'));
    this.passwordFile = join(this.folder, 'password');
    writeFileSync(this.passwordFile, PASSWORD);
  }
  #sql(text) {
    execFileSync('psql', ['-qX', '-v', 'ON_ERROR_STOP=1', process.env.RENMAI_TEST_PG, '-c', text]);
  }
  // A database: empty, or a copy of another one.
  database(from) {
    const name = `renmai_api_${process.pid}_${this.#made++}`, data = join(this.folder, name);
    if (from) cpSync(from.data, data, {recursive: true});
    if (this.kind === 'sqlite') return {name, data, url: `sqlite:${join(data, 'renmai.db')}`};
    this.#sql(`CREATE DATABASE ${name} TEMPLATE ${from?.name ?? 'template0'}`);
    const url = new URL(process.env.RENMAI_TEST_PG);
    url.pathname = name;
    return {name, data, url: url.href};
  }
  remove(db) {
    if (this.kind === 'postgres') this.#sql(`DROP DATABASE ${db.name} WITH (FORCE)`);
    rmSync(db.data, {recursive: true, force: true});
  }
  done() {
    rmSync(this.folder, {recursive: true, force: true});
  }
  command(db, ...words) {
    return execFileSync(program, [...words, '--db', db.url, '--data', db.data],
                        {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']}).trim();
  }
  // Starts a server and waits until it listens.
  serve(db) {
    const child = spawn(program, ['serve', '--db', db.url, '--data', db.data, '--listen',
                                  '127.0.0.1:0', '--workers', '4'],
                        {stdio: ['ignore', 'ignore', 'pipe']});
    let log = '';
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`the server does not start:\n${log}`));
      }, 15000);
      child.stderr.on('data', bytes => {
        log += bytes;
        const ready = /"ready".*?"address":"(http:[^"]+)"/.exec(log);
        if (!ready) return;
        clearTimeout(late);
        resolve({
          base: `${ready[1]}/api/v1`,
          log: () => log,
          stop: () => new Promise(done => {
            child.once('exit', code => done(code));
            child.kill('SIGTERM');
          }),
        });
      });
      child.once('exit', code => reject(new Error(`the server ended with ${code}:\n${log}`)));
    });
  }
}
