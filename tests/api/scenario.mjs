// Scenarios: steps as data, each a request and what its reply must be.
//
//   {"as": "anna", "do": "PATCH /customers/${id}", "headers": {…}, "body": {…},
//    "status": 200, "has": {…}, "lacks": ["…"], "keep": {"version": "data.version"}}
//
//   as      whose token: admin, anna, ben; left out: nobody (a cookie may be in the headers)
//   query   parameters; those that are not text go as JSON
//   raw     the body as it is; {"repeat": "[", "times": 100000} makes a long one
//   type    content type; application/json when there is a body
//   has     part of the reply: members of objects, all elements of arrays. Instead of a value
//           "$any", "$absent", "$match REGEX", {"$contains": part}, {"$length": n}
//   lacks   texts that must not be in the reply
//   reply   headers of the reply, as `has`
//   keep    names for later ${…}: a path into the reply, "header NAME", or "fragment PATH" for what
//           stands behind the # of an address
//   until   asks again, up to 10 seconds, until the reply is as wanted (what the log's readers make)
//   stream  reads the first event only
//   times   sends it so often; every reply must be as wanted
//   at_once sends it so often at the same time: each reply as wanted and the same, all but one replayed
import {createHmac} from 'node:crypto';

export class Caller {
  constructor(base, tokens) {
    this.base = base;
    this.tokens = tokens;
  }
  async send({as, method, path, headers = {}, body, type, stream}) {
    const all = {...headers};
    if (as) all.Authorization = `Bearer ${this.tokens[as]}`;
    if (type) all['Content-Type'] = type;
    const stop = new AbortController();
    const reply = await fetch(this.base + path, {method, headers: all, body, redirect: 'manual', signal: stop.signal});
    let text;
    if (stream && reply.ok) {
      const {value} = await reply.body.getReader().read();
      text = new TextDecoder().decode(value);
      stop.abort();
    } else {
      text = await reply.text();
    }
    let tree;
    if (text && /json/.test(reply.headers.get('content-type') ?? '')) tree = JSON.parse(text);
    return {status: reply.status, headers: reply.headers, text, body: tree};
  }
}

export function totp(secret, steps) {
  let bits = '';
  for (const c of secret) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0');
  const key = Buffer.from(bits.match(/.{8}/g).map(b => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
  const hash = createHmac('sha1', key).update(counter).digest(), at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0');
}

// ${name}, and ${totp NAME STEPS} for the code of a kept secret.
export function fill(node, kept) {
  if (Array.isArray(node)) return node.map(n => fill(n, kept));
  if (node && typeof node === 'object')
    return Object.fromEntries(Object.entries(node).map(([k, v]) => [fill(k, kept), fill(v, kept)]));
  if (typeof node !== 'string') return node;
  const value = words => {
    const [name, ...rest] = words.split(' ');
    if (name === 'totp') return totp(kept[rest[0]], Number(rest[1] ?? 0));
    if (!(name in kept)) throw new Error(`nothing was kept as ${name}`);
    return kept[name];
  };
  const whole = /^\$\{([^}]+)\}$/.exec(node);
  return whole ? value(whole[1]) : node.replace(/\$\{([^}]+)\}/g, (_, words) => value(words));
}

// Where `got` is not as wanted.
export function differences(want, got, at = '') {
  if (typeof want === 'string' && want.startsWith('$')) {
    if (want === '$any') return got === undefined || got === null ? [`${at}: nothing there`] : [];
    if (want === '$absent') return got === undefined ? [] : [`${at}: is ${JSON.stringify(got)}`];
    if (want.startsWith('$match '))
      return new RegExp(want.slice(7), 'u').test(String(got)) ? [] : [`${at}: ${JSON.stringify(got)} does not match ${want.slice(7)}`];
  }
  if (want?.$contains !== undefined)
    return Array.isArray(got) && got.some(g => differences(want.$contains, g).length === 0)
      ? [] : [`${at}: no ${JSON.stringify(want.$contains)} in ${JSON.stringify(got)?.slice(0, 300)}`];
  if (want?.$length !== undefined)
    return got?.length === want.$length ? [] : [`${at}: ${got?.length} elements, wanted ${want.$length}`];
  if (Array.isArray(want)) {
    if (!Array.isArray(got) || got.length !== want.length)
      return [`${at}: ${JSON.stringify(got)?.slice(0, 300)}, wanted ${want.length} elements`];
    return want.flatMap((w, i) => differences(w, got[i], `${at}/${i}`));
  }
  if (want && typeof want === 'object') {
    if (!got || typeof got !== 'object') return [`${at}: is ${JSON.stringify(got)}`];
    return Object.entries(want).flatMap(([k, w]) => differences(w, got[k], `${at}/${k}`));
  }
  return want === got ? [] : [`${at}: ${JSON.stringify(got)}, wanted ${JSON.stringify(want)}`];
}

function pick(path, reply) {
  if (path.startsWith('header ')) return reply.headers.get(path.slice(7));
  if (path.startsWith('cookie ')) {
    const set = reply.headers.getSetCookie().find(c => c.startsWith(`${path.slice(7)}=`));
    return set?.split(';')[0];
  }
  if (path.startsWith('fragment ')) return pick(path.slice(9), reply)?.split('#')[1];
  return path.split('.').reduce((at, key) => at?.[key], reply.body);
}

function request(step, kept) {
  const s = fill(step, kept), space = s.do.indexOf(' ');
  const query = new URLSearchParams();
  for (const [k, v] of Object.entries(s.query ?? {}))
    query.append(k, typeof v === 'string' ? v : JSON.stringify(v));
  const raw = typeof s.raw === 'object'
    ? (s.raw.before ?? '') + s.raw.repeat.repeat(s.raw.times) + (s.raw.after ?? '') : s.raw;
  const body = raw ?? (s.body === undefined ? undefined : JSON.stringify(s.body));
  const path = s.do.slice(space + 1);
  return {
    ...s, method: s.do.slice(0, space), payload: s.body,
    path: query.size ? `${path}?${query}` : path, body,
    type: s.type ?? (body === undefined ? undefined : 'application/json'),
  };
}

function unlike(s, reply) {
  const wrong = [];
  if (reply.status !== s.status) wrong.push(`status ${reply.status}, wanted ${s.status}`);
  if (s.has) wrong.push(...differences(s.has, reply.body));
  for (const text of s.lacks ?? [])
    if (reply.text.includes(text)) wrong.push(`the reply holds ${JSON.stringify(text)}`);
  for (const [name, want] of Object.entries(s.reply ?? {}))
    wrong.push(...differences(want, reply.headers.get(name) ?? undefined, name));
  return wrong;
}

async function sendAtOnce(s, caller) {
  const replies = await Promise.all(Array.from({length: s.at_once}, () => caller.send(s)));
  const replayed = replies.filter(r => r.headers.get('idempotent-replayed') === 'true').length;
  const wrong = replies.flatMap(r => unlike(s, r));
  if (new Set(replies.map(r => r.text)).size > 1) wrong.push(`replies differ: ${replies.map(r => r.text.slice(0, 200)).join(' ')}`);
  if (replayed !== s.at_once - 1) wrong.push(`${replayed} replayed`);
  return {reply: replies[0], wrong};
}

// Runs the steps in order; `judge(step, reply)` says what is wrong with a reply beside what the step
// itself wants. Gives the messages of the first step that failed.
export async function runScenario(scenario, caller, kept, judge) {
  for (const [i, step] of scenario.steps.entries()) {
    const s = request(step, kept), deadline = Date.now() + (s.until ? 10000 : 0);
    for (let time = 0; time < (s.times ?? 1); time++) {
      let {reply, wrong: unequal} = s.at_once ? await sendAtOnce(s, caller) : {reply: await caller.send(s), wrong: []};
      while (unlike(s, reply).length && Date.now() < deadline) {
        await new Promise(done => setTimeout(done, 100));
        reply = await caller.send(s);
      }
      const wrong = [...unequal, ...unlike(s, reply), ...await judge(s, reply)];
      for (const [name, path] of Object.entries(s.keep ?? {})) {
        kept[name] = pick(path, reply);
        if (kept[name] === undefined) wrong.push(`keep: there is no ${path}`);
      }
      if (wrong.length)
        return [`step ${i + 1}${s.what ? ` (${s.what})` : ''}: ${s.as ?? 'nobody'} ${s.method} ${s.path.slice(0, 200)}`,
                ...wrong, reply.text.slice(0, 600)];
    }
  }
  return [];
}
