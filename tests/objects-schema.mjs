// Every definition in objects/ fits objects/object.schema.json and names only what exists; broken
// definitions are refused. Ends with "N passed, N failed".
import {readdirSync, readFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const root = join(dirname(fileURLToPath(import.meta.url)), '../objects');
const read = path => JSON.parse(readFileSync(join(root, path), 'utf8'));
const ajv = new Ajv({allErrors: false, strict: true, strictRequired: false, strictTypes: false});
addFormats(ajv);
const validate = ajv.compile(read('object.schema.json'));

let passed = 0, failed = 0;
function check(what, problems) {
  if (problems.length === 0) return void passed++;
  failed++;
  console.error(`FAIL ${what}\n  ${problems.join('\n  ')}`);
}

const objects = new Map();
for (const module of readdirSync(root, {withFileTypes: true}).filter(e => e.isDirectory()))
  for (const file of readdirSync(join(root, module.name))) {
    const path = `${module.name}/${file}`, definition = read(path);
    objects.set(definition.object, {path, ...definition});
    validate(definition);
    check(`${path} fits the schema`,
          (validate.errors ?? []).map(e => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`));
    check(`${path} is named after its object`,
          basename(file, '.json') === definition.object ? [] : [definition.object]);
  }

const everywhere = ['id', 'version', 'created_at', 'created_by', 'updated_at', 'updated_by', 'deleted_at'];
function has(object, path) {
  const [name, ...rest] = path.split('.'), field = object.fields[name];
  if (rest.length === 0)
    return !!field || everywhere.includes(name) ||
      (object.owned && ['owner', 'department'].includes(name));
  if (field?.type === 'address' || field?.type === 'money') return rest.length === 1;
  const target = field?.target ?? (object.owned && {owner: 'user', department: 'department'}[name]);
  return !!objects.get(target) && has(objects.get(target), rest.join('.'));
}
function* paths(condition) {
  if (condition?.field) yield condition.field;
  for (const inner of [...condition?.all ?? [], ...condition?.any ?? [], condition?.not ?? []].flat())
    yield* paths(inner);
}
// Characters written only in mainland China; none belongs into zh-TW (self-names of languages aside).
const simplified = /[们个务单门户开关闭电话联系进启动订货购实应该贵级别标签组编号称备说请选择类样执导质达设维护网络账认证员录时间这条为后]/;
const shared = '后里面台只系余别志';

for (const [name, object] of objects) {
  const wrong = [];
  const need = (path, where) => has(object, path) || wrong.push(`${where}: no field ${path}`);
  if (object.title) need(object.title, 'title');
  for (const [kind, lists] of [['indexes', object.indexes], ['unique', object.unique]])
    for (const list of lists ?? []) list.forEach(f => need(f, kind));
  for (const list of object.unique ?? [])
    if (object.root === 'customer' && list[0] !== 'customer') wrong.push('unique leads with customer');
  if (object.access && object.fields[object.access.via]?.type !== 'ref') wrong.push('access.via is no ref');
  for (const [key, event] of Object.entries(object.events ?? {}))
    [event.at, ...paths(event.where)].forEach(f => need(f, `events.${key}`));
  for (const [key, rule] of Object.entries(object.rules ?? {}))
    [...paths(rule.when), rule.field ?? 'id'].forEach(f => need(f, `rules.${key}`));
  const {list = [], form = [], facts = [], board, related = []} = object.layouts ?? {};
  [...list, ...facts, ...form.flatMap(s => s.fields), board ?? 'id'].forEach(f => need(f, 'layouts'));
  for (const section of form)
    for (const f of section.fields)
      if (['formula', 'rollup'].includes(object.fields[f]?.type)) wrong.push(`form shows computed ${f}`);
  for (const entry of related) {
    const [child, via] = entry.split('.'), other = objects.get(child);
    if (!other) wrong.push(`related: no object ${child}`);
    else if (child === 'file' || child === 'comment') continue;
    else if (!Object.entries(other.fields).some(([k, f]) => (!via || k === via) && f.target === name))
      wrong.push(`related: ${entry} does not refer here`);
  }
  const headers = new Map();
  for (const [key, f] of Object.entries(object.fields)) {
    if (f.target && !objects.has(f.target)) wrong.push(`${key}: no object ${f.target}`);
    if (f.choices && f.default && !(f.default in f.choices)) wrong.push(`${key}: default is no choice`);
    if (f.type === 'rollup') {
      const over = objects.get(f.over);
      if (!over || over.fields[f.via]?.target !== name) wrong.push(`${key}: ${f.over}.${f.via} does not refer here`);
      else for (const p of [f.field, f.by, ...paths(f.where)])
        if (p && !has(over, p)) wrong.push(`${key}: no field ${f.over}.${p}`);
    }
    for (const h of new Set([...f.import ?? [], ...f.import ? Object.values(f.label) : []].map(x => x.toLowerCase()))) {
      if (headers.has(h)) wrong.push(`header ${h} means ${headers.get(h)} and ${key}`);
      headers.set(h, key);
    }
  }
  (function words(node, at) {
    if (typeof node !== 'object' || node === null) return;
    if (typeof node['zh-TW'] === 'string')
      for (const c of node['zh-TW'])
        if (simplified.test(c) && !shared.includes(c)) { wrong.push(`${at}: ${c} in ${node['zh-TW']}`); break; }
    for (const [k, v] of Object.entries(node)) words(v, `${at}/${k}`);
  })(object, '');
  check(`${object.path} names only what exists`, wrong);
}

const order = () => read('sales/order.json');
const refused = {
  'an unknown key of the object': d => { d.colour = 'red'; },
  'no plural': d => { delete d.plural; },
  'a name with capitals': d => { d.object = 'Order'; },
  'an unknown type': d => { d.fields.amount.type = 'currency'; },
  'a key of another type': d => { d.fields.amount.choices = {a: d.label}; },
  'an unknown key of a field': d => { d.fields.amount.requierd = true; },
  'a choice without words': d => { d.fields.state.choices.open = {en: 'Open'}; },
  'a choice field without choices': d => { delete d.fields.state.choices; },
  'an unknown colour': d => { d.fields.state.choices.open.color = 'mauve'; },
  'a ref without target': d => { delete d.fields.owner_of; d.fields.x = {type: 'ref', label: d.label}; },
  'a required roll-up': d => { d.fields.lines_total.required = true; },
  'a roll-up with sum but no field': d => { delete d.fields.lines_total.field; },
  'a count with a field': d => { d.fields.line_count.field = 'amount'; },
  'last without by': d => { d.fields.lines_total.fn = 'last'; },
  'a formula without result': d => { delete d.fields.base_amount.result; },
  'a default of the wrong type': d => { d.fields.rate.default = '1'; },
  'a customer-rooted object without customer': d => { delete d.fields.customer; },
  'an optional customer': d => { delete d.fields.customer.required; },
  'a label without Traditional Chinese': d => { delete d.label['zh-TW']; },
  'two operators in one condition': d => { d.events.paid.where = {field: 'state', eq: 'a', ne: 'b'}; },
  'an unknown operator': d => { d.events.paid.where = {field: 'state', equals: 'a'}; },
  'an unknown menu section': d => { d.menu.section = 'shop'; },
  'a form section without label': d => { delete d.layouts.form[0].label; },
};
for (const [what, spoil] of Object.entries(refused)) {
  const definition = order();
  spoil(definition);
  check(`refuses ${what}`, validate(definition) ? ['accepted'] : []);
}
check('accepts what was not spoilt', validate(order()) ? [] : [ajv.errorsText(validate.errors)]);

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
