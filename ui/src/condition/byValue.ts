import { valueType } from '../api/model';
import type { Address, Field, Money } from '../api/types';
import { isEmpty } from '../field/empty';
import { type Group, type Operator, operatorsOf, type Row } from './condition';

const row = (field: string, op: Operator, value: unknown): Row => ({
  kind: 'row',
  field,
  op,
  value,
});

const oneDay = 86_400_000;
const dayOf = (at: Date, zone: string | undefined) =>
  new Intl.DateTimeFormat('en-CA', {
    dateStyle: 'short',
    ...(zone ? { timeZone: zone } : {}),
  }).format(at);

const addressParts = ['province', 'city', 'district'] as const;

export function isFilterable(f: Field): boolean {
  return f.filterable !== false && (f.type === 'address' || operatorsOf(valueType(f)).length > 0);
}

/** The rows of a filter that hold for records with this value; an instant stands for its day. */
export function rowsFor(f: Field, value: unknown, zone?: string): Row[] {
  const name = f.name;
  if (f.type === 'address') {
    const a = (value ?? {}) as Address;
    const parts = addressParts.filter((part) => a[part]);
    if (parts.length) return parts.map((part) => row(`${name}.${part}`, 'eq', a[part]));
    return [row(`${name}.city`, 'empty', null)];
  }
  if (isEmpty(value)) return [row(name, 'empty', null)];
  const type = valueType(f);
  switch (type) {
    case 'choice':
    case 'ref':
      return [row(name, 'in', [value])];
    case 'tags':
    case 'multi_choice':
    case 'multi_ref':
      return [row(name, 'hasAll', value)];
    case 'money':
      return [row(name, 'eq', typeof value === 'object' ? (value as Money).amount : value)];
    case 'date':
      return [row(name, 'between', [value, value])];
    case 'instant': {
      const at = new Date(String(value));
      const next = new Date(at.getTime() + oneDay);
      return [row(name, 'ge', dayOf(at, zone)), row(name, 'lt', dayOf(next, zone))];
    }
    default:
      return [row(name, operatorsOf(type).includes('eq') ? 'eq' : 'filled', value)];
  }
}

/** The filter narrowed to a value; what it said of the same field before gives way. */
export function narrowed(group: Group, rows: Row[]): Group {
  const fields = new Set(rows.map((r) => r.field));
  const others = group.items.filter((i) => i.kind !== 'row' || !fields.has(i.field));
  if (group.any && others.length > 1)
    return { kind: 'group', any: false, items: [{ ...group, items: others }, ...rows] };
  return { kind: 'group', any: false, items: [...others, ...rows] };
}
