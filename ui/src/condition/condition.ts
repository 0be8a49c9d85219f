/**
 * Conditions as the filter builder edits them: a group of rows, one level of groups within it. What
 * it cannot show (did, deeper nesting …) it keeps as it is and says so. docs/internals/conditions.md
 */
import { generalLast, valueType } from '../api/model';
import type { Field, FieldType, ModelObject } from '../api/types';

export type Condition = Record<string, unknown>;

export type Operator =
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'between'
  | 'in'
  | 'notIn'
  | 'hasAny'
  | 'hasAll'
  | 'hasNone'
  | 'contains'
  | 'startsWith'
  | 'empty'
  | 'filled'
  | 'older'
  | 'within'
  | 'me';

export interface Row {
  kind: 'row';
  field: string;
  op: Operator;
  value: unknown;
}

export interface Group {
  kind: 'group';
  any: boolean;
  items: (Row | Group | Opaque)[];
}

export interface Opaque {
  kind: 'opaque';
  condition: Condition;
}

/** A field of an object, or a part of one that is filtered by itself (address.city). */
export interface Path {
  path: string;
  label: string;
  type: FieldType;
  field: Field;
}

const addressParts = ['province', 'city', 'district'] as const;

/** What can be filtered by, as the object declares it; what is general comes last. */
export function filterPaths(o: ModelObject, partLabel: (part: string) => string): Path[] {
  return generalLast(o.fields).flatMap((field): Path[] => {
    if (field.hidden || field.filterable === false || field.name === 'version') return [];
    if (field.type === 'address')
      return addressParts.map((part) => ({
        path: `${field.name}.${part}`,
        label: partLabel(part),
        type: 'text',
        field,
      }));
    const type = valueType(field);
    if (operatorsOf(type).length === 0) return [];
    return [{ path: field.name, label: field.label, type, field }];
  });
}

const textOps: Operator[] = ['contains', 'startsWith', 'eq', 'ne', 'in', 'empty', 'filled'];
const numberOps: Operator[] = ['ge', 'le', 'gt', 'lt', 'eq', 'ne', 'between', 'empty', 'filled'];
const timeOps: Operator[] = ['within', 'older', 'ge', 'lt', 'between', 'empty', 'filled'];
const setOps: Operator[] = ['hasAny', 'hasAll', 'hasNone', 'empty', 'filled'];

export function operatorsOf(type: FieldType): Operator[] {
  switch (type) {
    case 'text':
    case 'long_text':
    case 'email':
    case 'url':
    case 'phone':
      return textOps;
    case 'number':
    case 'percent':
    case 'money':
      return numberOps;
    case 'date':
    case 'instant':
      return timeOps;
    case 'boolean':
      return ['eq', 'empty', 'filled'];
    case 'choice':
      return ['in', 'notIn', 'empty', 'filled'];
    case 'ref':
      return ['in', 'notIn', 'me', 'empty', 'filled'];
    case 'tags':
    case 'multi_choice':
    case 'multi_ref':
      return setOps;
    case 'rich_text':
    case 'address':
    case 'geo':
    case 'file':
    case 'image':
      return ['empty', 'filled'];
    default:
      return [];
  }
}

/** "me" makes sense only where a user is meant. */
export function operatorsOfPath(p: Path): Operator[] {
  const ops = operatorsOf(p.type);
  return p.field.target === 'user' ? ops : ops.filter((op) => op !== 'me');
}

export function needsValue(op: Operator): boolean {
  return op !== 'empty' && op !== 'filled' && op !== 'me';
}

export function isComplete(row: Row): boolean {
  if (!needsValue(row.op)) return true;
  const v = row.value;
  if (Array.isArray(v)) {
    const filled = v.filter((x) => x !== null && x !== undefined && x !== '');
    return row.op === 'between' ? filled.length === 2 : filled.length > 0;
  }
  return v !== null && v !== undefined && v !== '';
}

function rowCondition(row: Row): Condition {
  const { field, op, value } = row;
  switch (op) {
    case 'empty':
      return { field, isNull: true };
    case 'filled':
      return { field, isNull: false };
    case 'me':
      return { me: field };
    case 'notIn':
      return { not: { field, in: value } };
    case 'hasNone':
      return { not: { field, hasAny: value } };
    default:
      return { field, [op]: value };
  }
}

/** The condition that rows and groups say; unfinished rows are left out. null: none at all. */
export function toCondition(group: Group): Condition | null {
  const parts = group.items.flatMap((item): Condition[] => {
    if (item.kind === 'opaque') return [item.condition];
    if (item.kind === 'row') return isComplete(item) ? [rowCondition(item)] : [];
    const inner = toCondition(item);
    return inner ? [inner] : [];
  });
  if (parts.length === 0) return null;
  return { [group.any ? 'any' : 'all']: parts };
}

const operatorKeys = new Set<string>([
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'between',
  'in',
  'hasAny',
  'hasAll',
  'contains',
  'startsWith',
  'older',
  'within',
]);

function parseLeaf(c: Condition): Row | null {
  const keys = Object.keys(c);
  if (keys.length === 1 && typeof c.me === 'string')
    return { kind: 'row', field: c.me, op: 'me', value: null };
  if (keys.length === 1 && c.not && typeof c.not === 'object') {
    const inner = parseLeaf(c.not as Condition);
    if (inner?.op === 'in') return { ...inner, op: 'notIn' };
    if (inner?.op === 'hasAny') return { ...inner, op: 'hasNone' };
    return null;
  }
  if (keys.length !== 2 || typeof c.field !== 'string') return null;
  const op = keys.find((k) => k !== 'field') ?? '';
  const value = c[op];
  if (op === 'isNull')
    return { kind: 'row', field: c.field, op: value ? 'empty' : 'filled', value: null };
  if (op === 'has') return { kind: 'row', field: c.field, op: 'hasAny', value: [value] };
  return operatorKeys.has(op) ? { kind: 'row', field: c.field, op: op as Operator, value } : null;
}

function parseGroup(c: Condition, depth: number): Group | null {
  const keys = Object.keys(c);
  const key = keys[0];
  if (keys.length !== 1 || (key !== 'all' && key !== 'any') || !Array.isArray(c[key])) return null;
  const items = (c[key] as Condition[]).map((item): Row | Group | Opaque => {
    const row = parseLeaf(item);
    if (row) return row;
    const group = depth < 1 ? parseGroup(item, depth + 1) : null;
    return group ?? { kind: 'opaque', condition: item };
  });
  return { kind: 'group', any: key === 'any', items };
}

export const noFilter: Group = { kind: 'group', any: false, items: [] };

export function fromCondition(c: Condition | null | undefined): Group {
  if (!c || Object.keys(c).length === 0) return noFilter;
  const group = parseGroup(c, 0);
  if (group) return group;
  return { kind: 'group', any: false, items: [parseLeaf(c) ?? { kind: 'opaque', condition: c }] };
}

/** The operand that fits an operator on a fresh row. */
export function emptyValue(op: Operator, type: FieldType): unknown {
  if (!needsValue(op)) return null;
  if (op === 'between') return [null, null];
  if (['in', 'notIn', 'hasAny', 'hasAll', 'hasNone'].includes(op)) return [];
  if (op === 'within') return 'thisMonth';
  if (op === 'older') return '30d';
  if (type === 'boolean') return true;
  return null;
}

export function freshRow(p: Path): Row {
  const op = operatorsOfPath(p)[0] ?? 'filled';
  return { kind: 'row', field: p.path, op, value: emptyValue(op, p.type) };
}

/** A changed operator keeps the value where its shape still fits. */
export function withOperator(row: Row, op: Operator, type: FieldType): Row {
  const fresh = emptyValue(op, type);
  const old = emptyValue(row.op, type);
  const keeps = Array.isArray(fresh) === Array.isArray(old) && typeof fresh === typeof old;
  const timeWord = ['within', 'older'].includes(op) || ['within', 'older'].includes(row.op);
  return { ...row, op, value: keeps && !timeWord && needsValue(op) ? row.value : fresh };
}

export const calendarWords = [
  'today',
  'yesterday',
  'tomorrow',
  'thisWeek',
  'lastWeek',
  'nextWeek',
  'thisMonth',
  'lastMonth',
  'nextMonth',
  'thisQuarter',
  'lastQuarter',
  'thisYear',
  'lastYear',
] as const;

export interface Duration {
  ahead: boolean;
  n: number;
  unit: string;
}

export function parseDuration(text: unknown): Duration | null {
  const m = /^(\+?)(\d+)([mhdw])$/.exec(String(text));
  return m ? { ahead: m[1] === '+', n: Number(m[2]), unit: m[3] ?? 'd' } : null;
}
