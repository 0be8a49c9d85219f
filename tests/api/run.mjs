// run.mjs [NAME…] — the API's scenarios against real servers, on SQLite and, where RENMAI_TEST_PG
// names one (tests/with-postgres), on PostgreSQL. Every reply is held to the OpenAPI document that
// its caller is given; the document itself to Spectral's rules; and every operation of it must have
// been used: its kind with success by a scenario, its own path at least by the sweep at the end.
import {readFileSync, readdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {Document} from './document.mjs';
import {problemsIn, wrongPointers} from './pointers.mjs';
import {lintOpenapi} from './lint.mjs';
import {runGuide} from './guide.mjs';
import {Caller, runScenario} from './scenario.mjs';
import {PASSWORD, Place} from './server.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const only = process.argv.slice(2);
const read = name => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const names = readdirSync(folder).filter(n => n.endsWith('.json') && n !== 'setup.json')
  .map(n => n.slice(0, -5)).filter(n => !only.length || only.includes(n)).sort();
let passed = 0, failed = 0;

function report(what, wrong) {
  if (!wrong.length) return void passed++;
  failed++;
  console.error(`FAIL ${what}\n  ${wrong.join('\n  ')}`);
}

// Judges replies by the document of whoever asks, fetched anew when the model or rights may differ.
class Judge {
  #documents = new Map();
  constructor(caller, used) {
    this.caller = caller;
    this.used = used;
  }
  // who: a name, or the headers that tell who it is.
  async document(who) {
    if (!this.#documents.has(who)) {
      const headers = {'Accept-Language': 'en', ...who.startsWith('{') ? JSON.parse(who) : {}};
      const reply = await this.caller.send({as: headers.Cookie || headers.Authorization ? undefined : who,
                                            method: 'GET', path: '/openapi.json', headers});
      if (reply.status === 401) return this.document('admin');
      if (reply.status !== 200) throw new Error(`openapi.json: ${reply.status} ${reply.text}`);
      this.#documents.set(who, new Document(reply.body));
    }
    return this.#documents.get(who);
  }
  async judge(step, reply) {
    const path = step.path.split('?')[0], write = step.method !== 'GET';
    if (write && /^\/(model|roles|users|departments)/.test(path)) this.#documents.clear();
    const {Cookie, Authorization} = step.headers ?? {};
    const stranger = Cookie || Authorization ? JSON.stringify({Cookie, Authorization}) : 'admin';
    const document = await this.document(step.as ?? stranger);
    const op = document.operation(step.method, path);
    const type = reply.headers.get('content-type') ?? '';
    const wrong = document.judge(op, reply.status, type, reply.body ?? (reply.text || undefined));
    if (op && reply.status < 300) {
      this.used.well.add(op.operationId);
      if (step.type === 'application/json' && reply.status !== 207 && !step.raw)
        wrong.push(...document.judgeBody(op, step.payload).map(w => `request body: ${w}`));
    }
    if (op) this.used.at.add(`${op.method} ${op.path}`);
    wrong.push(...wrongPointers(problemsIn(reply), op && document.resolveAll(op.parameters), step));
    if (reply.status >= 400 && reply.body?.status !== reply.status)
      wrong.push('the problem tells another status');
    for (const [name, want] of [['x-content-type-options', /^nosniff$/], ['x-request-id', /^[0-9a-f]{32}$/],
                                ['cache-control', /no-store|no-cache|private/]])
      if (!want.test(reply.headers.get(name) ?? '')) wrong.push(`header ${name} is ${reply.headers.get(name)}`);
    return wrong;
  }
}

// Whether a job can still be cancelled is a race.
const RACES = new Set(['cancelJob']);
const TOKENS = {admin: 'admin@example.com', anna: 'anna@example.com', ben: 'ben@example.com'};

// An enterprise with two sellers in departments that do not see each other.
async function makeTemplate(place) {
  const db = place.database(), tokens = {};
  const password = ['--password-file', place.passwordFile];
  place.command(db, 'init', '--admin-email', TOKENS.admin, '--admin-password-file',
                place.passwordFile, '--language', 'en');
  place.command(db, 'user', 'add', '--email', TOKENS.anna, '--name', 'Anna', '--role', 'sales', ...password);
  place.command(db, 'user', 'add', '--email', TOKENS.ben, '--name', 'Ben', '--role', 'sales', ...password);
  for (const [who, email] of Object.entries(TOKENS))
    tokens[who] = place.command(db, 'token', 'create', '--user', email, '--name', 'tests');
  const server = await place.serve(db), kept = {};
  const wrong = await runScenario(read('setup.json'), new Caller(server.base, tokens), kept, () => []);
  await server.stop();
  if (wrong.length) throw new Error(`setup: ${wrong.join('\n')}`);
  return {db, tokens, kept};
}

// Asks once for each operation that nobody asked for yet, with nothing to act on.
async function sweep(caller, judge, used) {
  const document = await judge.document('admin');
  for (const op of document.operations()) {
    if (used.at.has(`${op.method} ${op.path}`)) continue;
    const body = op.requestBody ? '{}' : undefined;
    const step = {as: 'admin', method: op.method.toUpperCase(), path: op.path.replace(/\{\w+\}/g, '1'),
                  body, type: body && 'application/json', headers: {'If-Match': '"1"'}, payload: {}};
    const reply = await caller.send(step);
    report(`${step.method} ${step.path}`,
           [...await judge.judge(step, reply), ...reply.status >= 500 ? [reply.text] : []]);
  }
}

async function lint(judge) {
  for (const who of ['admin', 'anna'])
    report(`the document of ${who} by Spectral and by OpenAPI's schema`,
           (await lintOpenapi((await judge.document(who)).tree)).slice(0, 20));
  const spoilt = structuredClone((await judge.document('anna')).tree);
  delete spoilt.paths['/session'].get.description;
  spoilt.paths['/session'].get.operationId = 'signOut';
  report('Spectral sees a spoilt document', (await lintOpenapi(spoilt)).length >= 2 ? [] : ['nothing said']);
}

async function runAll(kind) {
  const place = new Place(kind);
  try {
    const template = await makeTemplate(place), used = {well: new Set(), at: new Set()};
    const withServer = async work => {
      const db = place.database(template.db), server = await place.serve(db);
      const caller = new Caller(server.base, template.tokens);
      const judge = new Judge(caller, used);
      try {
        await work({server, caller, judge, kept: {...template.kept, password: PASSWORD}});
      } finally {
        const code = await server.stop();
        const faults = server.log().split('\n').filter(l => /"(fault|error)"|Sanitizer|runtime error/.test(l));
        report(`${kind}: the server ends well`, [...code === 0 ? [] : [`exit code ${code}`], ...faults]);
        place.remove(db);
      }
    };
    for (const name of names)
      await withServer(async ({caller, judge, kept}) => {
        const scenario = read(`${name}.json`);
        report(`${kind}: ${name}: ${scenario.about}`,
               await runScenario(scenario, caller, kept, (s, r) => judge.judge(s, r)));
      });
    if (only.length) return;
    await withServer(async ({server, caller, judge}) => {
      const kinds = new Set((await judge.document('admin')).operations().map(op => op.operationId.split('_')[0]));
      const done = new Set([...used.well].map(id => id.split('_')[0]));
      for (const id of kinds) if (!RACES.has(id)) report(`${kind}: a scenario uses ${id} with success`, done.has(id) ? [] : ['none does']);
      await sweep(caller, judge, used);
      await runGuide(server.base, template.tokens.admin, (what, wrong) => report(`${kind}: ${what}`, wrong));
      if (kind === 'sqlite') await lint(judge);
    });
  } finally {
    place.done();
  }
}

await runAll('sqlite');
if (process.env.RENMAI_TEST_PG) await runAll('postgres');
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
