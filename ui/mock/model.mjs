/** A small model for development of the screen; the server makes the real one from objects/. */
const system = [
  { name: 'created_at', type: 'instant', label: '创建时间', system: true, access: 'read' },
  { name: 'updated_at', type: 'instant', label: '更新时间', system: true, access: 'read' },
];
const all = { read: true, create: true, update: true, delete: true, export: true };
const choices = (...list) => list.map(([key, label, color]) => ({ key, label, color }));

function object(name, plural, label, section, order, fields, extra = {}) {
  return {
    name,
    plural,
    label,
    plural_label: label,
    module: 'crm',
    menu: section ? { section, order } : null,
    rights: all,
    layouts: {},
    ...extra,
    fields: [...fields, ...system].map((f) => ({
      access: 'write',
      sortable: true,
      filterable: true,
      ...f,
    })),
  };
}

const customer = {
  name: 'customer',
  type: 'ref',
  target: 'customer',
  label: '客户',
  required: true,
};

export const objects = [
  object(
    'customer',
    'customers',
    '客户',
    'customers',
    10,
    [
      { name: 'name', type: 'text', label: '名称', required: true, expected: true },
      {
        name: 'kind',
        type: 'choice',
        label: '类型',
        choices: choices(['person', '个人', 'teal'], ['company', '企业', 'blue']),
      },
      { name: 'phone', type: 'phone', label: '手机', access: 'mask', expected: true },
      { name: 'email', type: 'email', label: '邮箱', expected: true },
      { name: 'wechat', type: 'text', label: '微信' },
      { name: 'address', type: 'address', label: '地址' },
      { name: 'tags', type: 'tags', label: '标签', multi: true },
      {
        name: 'stage',
        type: 'choice',
        label: '阶段',
        choices: choices(
          ['new', '新客户', 'grey'],
          ['active', '跟进中', 'amber'],
          ['won', '已成交', 'green'],
          ['lost', '已流失', 'red'],
        ),
      },
      { name: 'owner', type: 'ref', target: 'user', label: '负责人' },
      { name: 'spent', type: 'money', label: '累计消费', currency: 'CNY' },
      { name: 'orders_count', type: 'rollup', result: 'number', label: '订单数', computed: true },
      { name: 'rate', type: 'percent', label: '折扣' },
      { name: 'vip', type: 'boolean', label: 'VIP' },
      { name: 'birthday', type: 'date', label: '生日' },
      { name: 'last_order_at', type: 'instant', label: '最近下单' },
      { name: 'website', type: 'url', label: '网站' },
      { name: 'note', type: 'long_text', label: '备注' },
      { name: 'about', type: 'rich_text', label: '介绍' },
      { name: 'place', type: 'geo', label: '坐标' },
      { name: 'card', type: 'image', label: '名片' },
    ],
    {
      title: 'name',
      root: 'self',
      owned: true,
      importable: true,
      layouts: {
        list: ['name', 'phone', 'stage', 'tags', 'address', 'spent', 'last_order_at', 'owner'],
        form: [
          { label: '基本', fields: ['name', 'kind', 'stage', 'owner', 'tags'] },
          { label: '联系方式', fields: ['phone', 'email', 'wechat', 'website', 'address'] },
        ],
        facts: [
          'phone',
          'email',
          'wechat',
          'stage',
          'tags',
          'address',
          'spent',
          'last_order_at',
          'owner',
          'birthday',
          'note',
        ],
        related: ['contact', 'order'],
      },
    },
  ),
  object(
    'contact',
    'contacts',
    '联系人',
    'customers',
    20,
    [
      { name: 'name', type: 'text', label: '姓名', required: true },
      customer,
      { name: 'title', type: 'text', label: '职务' },
      { name: 'phone', type: 'phone', label: '手机' },
    ],
    { title: 'name', root: 'customer' },
  ),
  object(
    'order',
    'orders',
    '订单',
    'sales',
    10,
    [
      { name: 'number', type: 'text', label: '单号' },
      customer,
      {
        name: 'state',
        type: 'choice',
        label: '状态',
        choices: choices(['open', '待付款', 'amber'], ['paid', '已付款', 'green']),
      },
      { name: 'amount', type: 'money', label: '金额' },
      { name: 'paid_at', type: 'instant', label: '付款时间' },
    ],
    { title: 'number', root: 'customer' },
  ),
  object(
    'follow_up',
    'follow_ups',
    '跟进',
    'customers',
    30,
    [
      customer,
      { name: 'content', type: 'long_text', label: '内容', required: true },
      {
        name: 'kind',
        type: 'choice',
        label: '方式',
        choices: choices(['call', '电话'], ['wechat', '微信'], ['visit', '拜访']),
      },
      { name: 'next_at', type: 'instant', label: '下次跟进' },
    ],
    { title: 'content', root: 'customer' },
  ),
  object(
    'user',
    'users',
    '用户',
    'settings',
    10,
    [
      { name: 'name', type: 'text', label: '姓名' },
      { name: 'email', type: 'email', label: '邮箱' },
    ],
    { title: 'name' },
  ),
  object('tag', 'tags', '标签', null, 0, [{ name: 'name', type: 'text', label: '名称' }], {
    title: 'name',
  }),
  object(
    'saved_view',
    'saved_views',
    '视图',
    null,
    0,
    [
      { name: 'object', type: 'text', label: '对象' },
      { name: 'name', type: 'text', label: '名称' },
      { name: 'where', type: 'json', label: '条件' },
      { name: 'columns', type: 'json', label: '列' },
      { name: 'sort', type: 'text', label: '排序' },
      { name: 'shared', type: 'boolean', label: '共享' },
    ],
    { title: 'name' },
  ),
];
