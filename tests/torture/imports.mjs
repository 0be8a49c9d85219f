// imports.mjs BINARY URL FOLDER ROUNDS — kill -9 during imports: each goes on by itself, every row is there
// exactly once, the report adds up, and all of it can be undone.
import { spawnSync } from 'node:child_process';
import { Server, sleep } from './server.mjs';

const [binary, url, folder, roundsText] = process.argv.slice(2);
const rounds = Number(roundsText);
const rows = 4000;
let passed = 0;
let failed = 0;

function check(good, what) {
  if (good) return void passed++;
  failed++;
  console.error(`FAILED: ${what}`);
}

// Every 50th row has a phone that cannot be read, every 40th the phone of the row before.
function table(name) {
  const lines = ['姓名,手机,标签,备注'];
  const want = { rows, created: 0, merged: 0, refused: 0 };
  for (let i = 0; i < rows; i++) {
    const bad = i % 50 === 7;
    const again = i % 40 === 39;
    want[bad ? 'refused' : again ? 'merged' : 'created']++;
    const number = String(10000000 + name * 100000 + (again ? i - 1 : i)).padStart(8, '0');
    lines.push(`客户${i},${bad ? '12' : `138${number}`},组${i % 9},f${name}r${i}`);
  }
  return { text: `${lines.join('\n')}\n`, want };
}

async function upload(server, name, text) {
  const file = await server.send('/files', text, { 'Content-Type': 'text/csv', 'X-File-Name': `list${name}.csv` });
  if (file.status !== 201) throw new Error(`upload: ${file.status}`);
  const made = await server.ask('POST', '/imports', { file: file.body.data.id });
  if (made.status !== 201) throw new Error(`import: ${made.status}`);
  return made.body.data.id;
}

async function view(server, id) {
  const reply = await server.ask('GET', `/imports/${id}`);
  if (reply.status !== 200) throw new Error(`GET import: ${reply.status}`);
  return reply.body.data;
}

async function until(server, id, states) {
  for (let tries = 0; tries < 1200; tries++) {
    const data = await view(server, id);
    if (states.includes(data.state)) return data;
    await sleep(100);
  }
  const { job } = await view(server, id);
  const told = job && (await server.ask('GET', `/jobs/${job}`)).body;
  throw new Error(`import ${id} does not end: ${JSON.stringify(told)}`);
}

async function notes(server) {
  const found = new Map();
  let after = '';
  do {
    const page = await server.ask('GET', `/customers?limit=200&fields=notes${after ? `&after=${after}` : ''}`);
    if (page.status !== 200) throw new Error(`list: ${page.status}`);
    for (const r of page.body.data) found.set(r.notes, (found.get(r.notes) ?? 0) + 1);
    after = page.body.has_more ? page.body.next : '';
  } while (after);
  return found;
}

function clean(what) {
  const r = spawnSync(binary, ['check', '--db', url, '--data', `${folder}/data`], { encoding: 'utf8' });
  check(r.status === 0, `${what}: renmai check says ${r.stdout.slice(-500)} ${r.stderr.slice(-300)}`);
}

const server = new Server(binary, url, folder);
await server.start();
await server.signIn();
const imports = [];
let kills = 0;
for (let name = 0; kills < rounds; name++) {
  const { text, want } = table(name);
  const id = await upload(server, name, text);
  imports.push({ id, want });
  const started = await server.ask('POST', `/imports/${id}/run`);
  check(started.status === 202, `run: ${started.status}`);
  let state = 'running';
  while (kills < rounds && !['done', 'failed', 'cancelled'].includes(state)) {
    await sleep(50 + Math.random() * 450);
    await server.kill();
    kills++;
    await server.start();
    state = (await view(server, id)).state;
  }
}
for (const { id, want } of imports) {
  const { state, report } = await until(server, id, ['done', 'failed', 'cancelled']);
  check(state === 'done', `import ${id} is ${state}`);
  for (const figure of Object.keys(want))
    check(report?.[figure] === want[figure], `import ${id}: ${report?.[figure]} ${figure}, not ${want[figure]}`);
}
const found = await notes(server);
const created = imports.reduce((sum, i) => sum + i.want.created, 0);
check([...found.values()].every((n) => n === 1), 'rows are there more than once');
check(found.size === created, `${found.size} customers for ${created} rows`);
await server.kill('SIGTERM');
clean('after the kills');
await server.start();
for (const { id } of imports) {
  await server.ask('POST', `/imports/${id}/undo`);
  await sleep(100 + Math.random() * 200);
  await server.kill();
  await server.start();
}
for (const { id } of imports) await until(server, id, ['undone']);
check((await notes(server)).size === 0, 'something is left after undo');
await server.kill('SIGTERM');
clean('after undo');
console.log(`${url.split(':')[0]}: ${imports.length} imports, ${kills} kills`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
