// load.mjs BINARY URL FOLDER ROUNDS — kill -9 under load, a full disk, a lost database: nothing that
// was acknowledged may be lost, nothing may be there twice.
import { spawnSync } from 'node:child_process';
import { Server, sleep } from './server.mjs';

const [binary, url, folder, roundsText] = process.argv.slice(2);
const rounds = Number(roundsText);
const postgres = url.startsWith('postgres');
const clients = 8;
let passed = 0;
let failed = 0;

function check(good, what) {
  if (good) return void passed++;
  failed++;
  console.error(`FAILED: ${what}`);
}

// Every write that was sent: by key, with the id once it is acknowledged.
const sent = new Map();

function bodyOf(key) {
  return { name: `客户 ${key}`, notes: key };
}

async function write(server, key) {
  sent.set(key, sent.get(key) ?? null);
  const reply = await server.ask('POST', '/customers', bodyOf(key), { 'Idempotency-Key': key });
  if (reply.status === 201) {
    const before = sent.get(key);
    check(!before || before === reply.body.data.id, `${key} came back as another record`);
    sent.set(key, reply.body.data.id);
  }
  return reply;
}

// Clients write until told to stop or until the server is gone.
async function load(server, name, state) {
  for (let n = 0; !state.stop; n++) {
    try {
      const reply = await write(server, `${name}-${n}`);
      state.statuses.add(reply.status);
      if (reply.status !== 201) {
        state.problems.push(reply);
        await sleep(20);
      }
    } catch {
      if (state.untilGone) return;
      await sleep(20);
    }
  }
}

function underLoad(server, name, options = {}) {
  const state = { stop: false, statuses: new Set(), problems: [], ...options };
  state.done = Promise.all(Array.from({ length: clients }, (_, i) => load(server, `${name}-${i}`, state)));
  return state;
}

// What was sent is there exactly once, whether or not its answer arrived.
async function settle(server, what) {
  for (const [key, id] of sent) {
    if (id) continue;
    const reply = await write(server, key);
    check(reply.status === 201, `${what}: ${key} replayed gives ${reply.status}`);
  }
  const keys = [...sent.keys()];
  for (let i = 0; i < 20 && keys.length; i++) await write(server, keys[Math.floor(Math.random() * keys.length)]);
  const found = new Map();
  let after = '';
  do {
    const page = await server.ask('GET', `/customers?limit=200&fields=notes${after ? `&after=${after}` : ''}`);
    if (page.status !== 200) throw new Error(`list: ${page.status}`);
    for (const r of page.body.data) found.set(r.notes, [...(found.get(r.notes) ?? []), r.id]);
    after = page.body.has_more ? page.body.next : '';
  } while (after);
  for (const [key, id] of sent) {
    const there = found.get(key) ?? [];
    check(there.length === 1 && there[0] === id, `${what}: ${key} is there ${there.length} times`);
  }
  check(found.size === sent.size, `${what}: ${found.size} records for ${sent.size} writes`);
  const last = [...sent.values()].at(-1);
  const history = await server.ask('GET', `/customers/${last}/history`);
  check(history.body.data.some((c) => c.op === 'create'), `${what}: the log has no creation of ${last}`);
}

async function kills(server) {
  for (let round = 0; round < rounds; round++) {
    await server.start();
    if (!server.cookie) await server.signIn();
    const state = underLoad(server, `k${round}`, { untilGone: true });
    await sleep(150 + Math.random() * 600);
    await server.kill();
    state.stop = true;
    await state.done;
    check(![...state.statuses].some((s) => s !== 201), `round ${round}: answers ${[...state.statuses]}`);
  }
  await server.start();
  await settle(server, `kill -9, ${rounds} rounds`);
  await server.kill('SIGTERM');
}

// No file may grow any further: as on a full disk, writes fail and reads go on.
async function fullDisk(server) {
  const size = spawnSync('stat', ['-c', '%s', url.slice('sqlite:'.length)], { encoding: 'utf8' });
  await server.start(Math.ceil(Number(size.stdout) / 1024) + 64);
  const state = underLoad(server, 'full');
  for (let i = 0; i < 200 && state.problems.length < clients; i++) await sleep(100);
  const some = [...sent].find(([, id]) => id);
  const read = await server.ask('GET', `/customers/${some[1]}`);
  state.stop = true;
  await state.done;
  check(state.problems.length > 0, 'full disk: no write was refused');
  for (const p of state.problems)
    check([503, 507].includes(p.status) && p.body?.code && p.body?.title,
      `full disk: ${p.status} ${JSON.stringify(p.body)}`);
  check(read.status === 200, `full disk: reading gives ${read.status}`);
  await server.kill();
  await server.start();
  await settle(server, 'full disk');
  await server.kill('SIGTERM');
}

function sql(text) {
  const r = spawnSync('psql', [url, '-qAtc', text], { encoding: 'utf8' });
  if (r.status !== 0) throw new Error(r.stderr);
}

async function lostDatabase(server) {
  await server.start();
  const state = underLoad(server, 'lost');
  for (let i = 0; i < 5; i++) {
    await sleep(400);
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
  }
  await sleep(1000);
  state.stop = true;
  await state.done;
  for (const p of state.problems) check(p.status === 503 && p.body?.code, `lost database: ${p.status} ${JSON.stringify(p.body)}`);
  const again = await write(server, 'after-lost');
  check(again.status === 201, `lost database: afterwards ${again.status}`);
  await settle(server, 'lost database');
  await server.kill('SIGTERM');
}

const server = new Server(binary, url, folder);
await kills(server);
await (postgres ? lostDatabase(server) : fullDisk(server));
console.log(`${postgres ? 'postgres' : 'sqlite'}: ${sent.size} writes, ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
