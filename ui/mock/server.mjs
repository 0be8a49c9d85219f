/**
 * node mock/server.mjs [port]: enough of the API in memory to draw the screen without the server.
 * Any password signs in except "wrong"; "two" asks for a second factor (123456).
 */
import { createServer } from 'node:http';
import { objects } from './model.mjs';
import { work } from './work.mjs';

const port = Number(process.argv[2] ?? 8787);
const surnames = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗'];
const given = [
  '伟',
  '芳',
  '娜',
  '敏',
  '静',
  '丽',
  '强',
  '磊',
  '军',
  '洋',
  '晓东',
  '雪梅',
  '建国',
  '思远',
  '佳怡',
  '浩然',
];
const cities = [
  ['浙江省', '杭州市', '西湖区'],
  ['上海市', '上海市', '浦东新区'],
  ['广东省', '深圳市', '南山区'],
  ['四川省', '成都市', '武侯区'],
];
const tags = ['vip', '老客户', '展会', '线上', '高复购', '需回访'];
let seed = 7;
const random = (n) => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return Math.floor((seed / 2147483648) * n);
};
const pick = (list) => list[random(list.length)];
const store = Object.fromEntries(objects.map((o) => [o.plural, new Map()]));
let lastId = 1000000;
const now = () => new Date().toISOString();
const ago = (days) => new Date(Date.now() - days * 86400000 - random(86400000)).toISOString();

function put(plural, body) {
  const id = String(++lastId);
  const o = objects.find((x) => x.plural === plural);
  const empty = Object.fromEntries(o.fields.map((f) => [f.name, null]));
  const record = { ...empty, id, version: 1, created_at: now(), updated_at: now(), ...body };
  store[plural].set(id, record);
  return record;
}

const users = ['系统管理员', '周婷', '李强', '陈晨'].map((name, i) =>
  put('users', { name, email: i ? `user${i}@example.com` : 'admin@example.com' }),
);
for (const name of tags) put('tags', { name });
for (let i = 0; i < 800; i++) {
  const company = random(5) === 0;
  const city = pick(cities);
  const c = put('customers', {
    name: company
      ? `${city[1].slice(0, 2)}${pick(['恒达', '云帆', '星河', '正元'])}贸易有限公司`
      : pick(surnames) + pick(given),
    kind: company ? 'company' : 'person',
    phone: `+86138${String(10000000 + random(89999999))}`,
    email: random(2) ? `c${i}@example.com` : null,
    wechat: random(2) ? `wx_${i}` : null,
    address: {
      country: 'CN',
      province: city[0],
      city: city[1],
      district: city[2],
      street: '文三路 1 号',
      postcode: null,
    },
    tags: tags.filter(() => random(3) === 0),
    stage: pick(['new', 'active', 'won', 'lost']),
    owner: pick(users).id,
    spent: { amount: random(9000000), currency: 'CNY' },
    orders_count: random(9),
    vip: random(4) === 0,
    last_order_at: random(4) ? ago(random(300)) : null,
    created_at: ago(300 + random(200)),
    note: random(3) ? null : '喜欢绿茶，\n周末联系。',
  });
  if (i < 60) {
    put('orders', {
      number: `SO${1000 + i}`,
      customer: c.id,
      state: pick(['open', 'paid']),
      amount: { amount: random(500000), currency: 'CNY' },
      paid_at: ago(random(90)),
    });
    put('follow_ups', {
      customer: c.id,
      content: '电话沟通了新品报价，对方下周给答复。',
      kind: 'call',
      created_at: ago(random(40)),
    });
    put('contacts', {
      name: pick(surnames) + pick(given),
      customer: c.id,
      title: '采购',
      phone: '+8613900001111',
    });
  }
}

const path = (r, p) => p.split('.').reduce((v, k) => v?.[k], r);
const plain = (v) => (v && typeof v === 'object' && 'amount' in v ? v.amount : v);
function matches(r, c) {
  if (!c || !Object.keys(c).length) return true;
  if (c.all) return c.all.every((x) => matches(r, x));
  if (c.any) return c.any.some((x) => matches(r, x));
  if (c.not) return !matches(r, c.not);
  if (c.me) return r[c.me] === users[0].id;
  const v = plain(path(r, c.field));
  if ('eq' in c) return v === c.eq;
  if ('ne' in c) return v !== c.ne;
  if ('ge' in c) return v !== null && v >= c.ge;
  if ('le' in c) return v !== null && v <= c.le;
  if ('gt' in c) return v !== null && v > c.gt;
  if ('lt' in c) return v !== null && v < c.lt;
  if ('in' in c) return c.in.includes(v);
  if ('contains' in c) return String(v ?? '').includes(c.contains);
  if ('startsWith' in c) return String(v ?? '').startsWith(c.startsWith);
  if ('hasAny' in c) return c.hasAny.some((x) => (v ?? []).includes(x));
  if ('hasAll' in c) return c.hasAll.every((x) => (v ?? []).includes(x));
  if ('isNull' in c) return (v === null || v === undefined || v.length === 0) === c.isNull;
  return true;
}

const masked = (o, r) => {
  const names = o.fields.filter((f) => f.access === 'mask' && r[f.name]).map((f) => f.name);
  const out = { ...r, _masked: names };
  for (const n of names) out[n] = r[n].replace(/^(\+86\d{3})\d{4}/, '$1****');
  return out;
};
function titles(o, rows) {
  const out = {};
  for (const f of o.fields.filter((x) => x.type === 'ref')) {
    const t = objects.find((x) => x.name === f.target);
    for (const r of rows) {
      const other = r[f.name] && store[t.plural].get(r[f.name]);
      if (other) out[other.id] = other[t.title];
    }
  }
  return out;
}
function rowsOf(o, q) {
  const where = JSON.parse(q.get('where') || '{}');
  const words = q.get('q') ?? '';
  const rows = [...store[o.plural].values()].filter(
    (r) => !r.deleted && matches(r, where) && JSON.stringify(r).includes(words),
  );
  const sort = q.get('sort');
  if (sort) {
    const name = sort.replace('-', '');
    rows.sort((a, b) => ((plain(a[name]) ?? '') < (plain(b[name]) ?? '') ? -1 : 1));
    if (sort.startsWith('-')) rows.reverse();
  }
  return rows;
}

const session = () => ({
  user: { ...users[0], language: null, time_zone: 'Asia/Shanghai' },
  csrf: 'mock',
  rights: {},
  administrator: true,
  base_currency: 'CNY',
  second_factor: { enabled: false, required: false },
  enterprise: '江南贸易',
  demo: true,
});
const problem = (status, code, title, extra = {}) => [
  status,
  { type: 'about:blank', status, code, title, request_id: 'mock-1', ...extra },
];

function record(o, method, id, action, body, q, headers) {
  const r = store[o.plural].get(id);
  if (!r) return problem(404, 'not_found', '找不到这条记录。');
  const one = (x) => [200, { data: masked(o, x), titles: titles(o, [x]) }];
  if (action === 'history')
    return [
      200,
      {
        data: [
          {
            id: '1',
            at: r.created_at,
            actor: { id: users[0].id, name: users[0].name },
            through: 'import',
            op: 'create',
            changes: [{ field: 'name', before: null, after: r.name }],
          },
        ],
        has_more: false,
        next: null,
      },
    ];
  if (action === 'timeline') {
    const rows = ['follow_ups', 'orders'].flatMap((p) =>
      [...store[p].values()]
        .filter((x) => x.customer === id)
        .map((x) => ({
          kind: p.slice(0, -1),
          object: p.slice(0, -1),
          id: x.id,
          at: x.created_at,
          record: x,
        })),
    );
    return [
      200,
      {
        data: rows
          .filter((x) => !q.get('kind') || x.kind === q.get('kind'))
          .sort((a, b) => (a.at < b.at ? 1 : -1)),
        has_more: false,
        next: null,
        titles: {},
      },
    ];
  }
  if (action === 'reveal') return [200, { data: { field: body.field, value: r[body.field] } }];
  if (action === 'restore') {
    r.deleted = false;
    return one(r);
  }
  if (method === 'GET') return one(r);
  if (headers['if-match'] !== `"${r.version}"`)
    return problem(409, 'stale', '这条记录刚被别人改过。', { current: masked(o, r), yours: body });
  if (method === 'DELETE') {
    r.deleted = true;
    return [204];
  }
  Object.assign(r, body, { version: r.version + 1, updated_at: now() });
  return one(r);
}

function route(method, parts, q, body, headers) {
  const [first, id, action] = parts;
  let signedIn = /renmai=mock/.test(headers.cookie ?? '');
  if (first === 'session') {
    if (method === 'DELETE') return [204];
    if (method === 'POST') {
      if (body.password === 'wrong') return problem(401, 'wrong_credentials', '邮箱或密码不对。');
      if (body.password === 'two')
        return problem(401, 'second_factor_required', '需要验证码。', { challenge: 'c' });
      if (body.code && body.code !== '123456')
        return problem(401, 'wrong_credentials', '验证码不对。');
      signedIn = true;
    }
    return signedIn ? [200, { data: session() }] : problem(401, 'signed_out', '请登录。');
  }
  if (!signedIn) return problem(401, 'signed_out', '请登录。');
  if (first === 'model') return [200, { data: { version: '1', objects } }];
  if (first === 'me') return [200, { data: {} }];
  const answer = work(method, parts, body, [...store.customers.values()][3]);
  if (answer) return answer;
  if (first === 'sessions' || first === 'tokens') return [200, { data: [], has_more: false }];
  if (first === 'search') {
    const hits = [...store.customers.values()]
      .filter((c) => JSON.stringify([c.name, c.phone]).includes(q.get('q')))
      .slice(0, 10);
    return [
      200,
      {
        data: hits.map((c) => ({
          object: 'customer',
          id: c.id,
          title: c.name,
          subtitle: c.address.city,
          matched: { field: 'phone', text: c.phone },
        })),
      },
    ];
  }
  const o = objects.find((x) => x.plural === first);
  if (!o) return problem(404, 'not_found', '没有这个地址。');
  if (id === 'count')
    return [
      200,
      {
        data: {
          value: rowsOf(o, new URLSearchParams({ where: JSON.stringify(body.where) })).length,
          exact: true,
        },
      },
    ];
  if (id) return record(o, method, id, action, body, q, headers);
  if (method === 'POST') {
    const missing = o.fields.filter((f) => f.required && !body[f.name]);
    if (missing.length)
      return problem(400, 'invalid', '有几处需要改。', {
        errors: missing.map((f) => ({
          pointer: `/${f.name}`,
          code: 'required',
          detail: '请填写此项。',
        })),
      });
    const r = put(o.plural, body);
    return [201, { data: masked(o, r), titles: titles(o, [r]) }];
  }
  const rows = rowsOf(o, q);
  const from = Number(q.get('after') || 0);
  const page = rows.slice(from, from + Number(q.get('limit') || 50));
  const more = from + page.length < rows.length;
  return [
    200,
    {
      data: page.map((r) => masked(o, r)),
      titles: titles(o, page),
      has_more: more,
      next: more ? String(from + page.length) : null,
      count: q.get('count') === 'none' ? null : { value: rows.length, exact: true },
    },
  ];
}

createServer(async (req, res) => {
  const url = new URL(req.url, 'http://mock');
  const parts = url.pathname.replace('/api/v1/', '').split('/');
  if (parts[0] === 'stream') {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(':\n\n');
    return;
  }
  let text = '';
  for await (const chunk of req) text += chunk;
  const body = text && req.headers['content-type'] === 'application/json' ? JSON.parse(text) : {};
  const [status, reply] = route(req.method, parts, url.searchParams, body, req.headers);
  res.writeHead(status, {
    'content-type': 'application/json',
    ...(parts[0] === 'session' && req.method !== 'GET'
      ? { 'set-cookie': `renmai=${status === 200 ? 'mock' : ''}; Path=/` }
      : {}),
  });
  res.end(reply ? JSON.stringify(reply) : undefined);
}).listen(port, '127.0.0.1', () => console.log(`mock API on ${port}`));
