/** Imports, quality and jobs of the mock: one import that walks through its states. */
const columns = [
  ['姓名', ['王小明', '李雷', '韩梅梅'], 'name', 0.98],
  ['联系方式', ['13812345678', '1.38E+10', '12'], 'phone', 0.9],
  ['客户来源', ['展会', '抖音', ''], 'kind', 0.55],
  ['标签', ['vip、老客户', '老客户', ''], 'tags', 0.95],
  ['地址', ['浙江省杭州市西湖区文三路1号', '', '上海徐汇'], 'address', 0.9],
  ['备用', ['', '', ''], null, 0],
].map(([header, samples, field, confidence], index) => ({
  index,
  header,
  samples,
  field,
  confidence,
  split: null,
  translate: {},
  default: null,
}));

const report = {
  rows: 12480,
  created: 11903,
  updated: 402,
  merged: 61,
  skipped: 12,
  refused: 102,
  cells_repaired: 3310,
  validity: 0.81,
  completeness: 0.32,
};

const one = {
  id: '9001',
  state: 'uploaded',
  object: 'customer',
  file: { id: '1', name: '老客户.xlsx' },
  sheets: [
    { name: '客户', rows: 12480, hidden: false },
    { name: '说明', rows: 3, hidden: true },
  ],
  sheet: 0,
  header_row: 1,
  columns,
  encoding: 'UTF-8',
  policy: 'update_empty',
  source: null,
  report: null,
  created_at: new Date().toISOString(),
};

const rows = [
  {
    line: 2,
    outcome: 'created',
    values: ['王小明', '13812345678', '展会', 'vip、老客户', '浙江省杭州市西湖区文三路1号'],
    problems: [],
    changes: { phone: '+8613812345678' },
  },
  {
    line: 3,
    outcome: 'updated',
    values: ['李雷', '1.38E+10', '抖音', '老客户', ''],
    problems: [],
    changes: {},
  },
  {
    line: 4,
    outcome: 'refused',
    values: ['韩梅梅', '12', '', '', '上海徐汇'],
    problems: [{ column: 1, code: 'phone', message: '不是有效的手机号。', value: '12' }],
    changes: null,
  },
];

const groups = [
  { key: '展会', title: '展会', records: 4200, validity: 0.83, completeness: 0.41 },
  { key: '抖音', title: '抖音', records: 3100, validity: 0.64, completeness: 0.22 },
  { key: '', title: null, records: 180, validity: 0.35, completeness: 0.11 },
];

const jobs = new Map();
function job(kind, after) {
  const id = String(7000 + jobs.size);
  const started = Date.now();
  jobs.set(id, () => {
    const done = Math.min(12480, Math.floor((Date.now() - started) * 4));
    const over = done >= 12480;
    if (over) after();
    return {
      id,
      kind,
      label: kind === 'import_check' ? '预检 老客户.xlsx' : '导入 老客户.xlsx',
      state: over ? 'done' : 'running',
      done,
      total: 12480,
      attempts: 1,
      created_at: new Date(started).toISOString(),
      started_at: new Date(started).toISOString(),
      result: null,
      cancellable: true,
    };
  });
  return [202, { data: jobs.get(id)() }];
}

/** The answer of these routes, or nothing where another part of the mock answers. */
export function work(method, [first, id, action], body, someRecord) {
  if (first === 'files')
    return [201, { data: { id: '1', name: '老客户.xlsx', size: 1, type: '' } }];
  if (first === 'jobs')
    return id
      ? [200, { data: jobs.get(id)?.() }]
      : [200, { data: [...jobs.values()].map((j) => j()) }];
  if (first === 'quality' && id === 'queue')
    return [
      200,
      {
        data: [
          {
            id: someRecord.id,
            title: someRecord.name,
            problems: [
              { field: 'email', code: 'missing', message: '没有填写。' },
              { field: 'wechat', code: 'invalid', message: '像是手机号。', suggestion: 'wx_1' },
            ],
          },
        ],
      },
    ];
  if (first === 'quality')
    return [
      200,
      {
        data: {
          validity: 0.78,
          completeness: 0.31,
          records: 7480,
          groups,
          reference: { validity: 0.7, completeness: 0.35 },
        },
      },
    ];
  if (first !== 'imports') return null;
  if (!id)
    return method === 'POST'
      ? [201, { data: Object.assign(one, { state: 'uploaded' }) }]
      : [200, { data: [one], has_more: false }];
  if (action === 'rows') return [200, { data: rows, has_more: false, next: null }];
  if (action === 'check')
    return job('import_check', () => Object.assign(one, { state: 'checked', report }));
  if (action === 'run') return job('import_run', () => Object.assign(one, { state: 'done' }));
  if (action === 'undo') return job('import_undo', () => Object.assign(one, { state: 'undone' }));
  if (method === 'PATCH') Object.assign(one, body);
  return [200, { data: one }];
}
