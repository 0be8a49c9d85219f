import { describe, expect, it } from 'vitest';
import type { Field, ModelObject } from '../api/types';
import {
  type Condition,
  filterPaths,
  freshRow,
  fromCondition,
  isComplete,
  operatorsOfPath,
  parseDuration,
  toCondition,
  withOperator,
} from './condition';

const field = (name: string, type: Field['type'], more: Partial<Field> = {}): Field => ({
  name,
  type,
  label: name,
  ...more,
});
const object = {
  fields: [
    field('name', 'text'),
    field('address', 'address'),
    field('owner', 'ref', { target: 'user' }),
    field('customer', 'ref', { target: 'customer' }),
    field('total', 'rollup', { result: 'money' }),
    field('secret', 'text', { filterable: false }),
    field('raw', 'json'),
  ],
} as unknown as ModelObject;

describe('conditions in the filter builder', () => {
  it('come back as they were', () => {
    const same: Condition[] = [
      { all: [{ field: 'name', contains: '王' }] },
      { any: [{ field: 'a', eq: 1 }, { all: [{ field: 'b', isNull: true }, { me: 'owner' }] }] },
      {
        all: [{ not: { field: 'stage', in: ['lost'] } }, { not: { field: 'tags', hasAny: ['x'] } }],
      },
      {
        all: [
          { field: 'at', within: '+7d' },
          { field: 'n', between: [1, 2] },
        ],
      },
    ];
    for (const c of same) expect(toCondition(fromCondition(c))).toEqual(c);
  });

  it('keep what the builder cannot show', () => {
    const did = { did: 'order.paid', times: { ge: 2 } };
    const deep = { all: [{ any: [{ all: [{ field: 'a', eq: 1 }] }] }] };
    expect(toCondition(fromCondition(did))).toEqual({ all: [did] });
    expect(toCondition(fromCondition(deep))).toEqual(deep);
    expect(fromCondition(did).items[0]?.kind).toBe('opaque');
  });

  it('read a single leaf and has as rows', () => {
    expect(fromCondition({ field: 'tags', has: 'vip' }).items).toEqual([
      { kind: 'row', field: 'tags', op: 'hasAny', value: ['vip'] },
    ]);
    expect(fromCondition(null).items).toEqual([]);
    expect(fromCondition({}).items).toEqual([]);
  });

  it('leave unfinished rows out', () => {
    const row = { kind: 'row' as const, field: 'n', op: 'between' as const, value: [1, null] };
    expect(isComplete(row)).toBe(false);
    expect(toCondition({ kind: 'group', any: false, items: [row] })).toBeNull();
    expect(isComplete({ ...row, op: 'empty', value: null })).toBe(true);
    expect(isComplete({ ...row, op: 'eq', value: 0 })).toBe(true);
    expect(isComplete({ ...row, op: 'in', value: [] })).toBe(false);
  });

  it('offer parts of addresses, figures by their result, and nothing unfilterable', () => {
    const paths = filterPaths(object, (p) => p);
    expect(paths.map((p) => `${p.path}:${p.type}`)).toEqual([
      'name:text',
      'address.province:text',
      'address.city:text',
      'address.district:text',
      'customer:ref',
      'total:money',
      'owner:ref',
    ]);
    const of = (path: string) => operatorsOfPath(paths.find((p) => p.path === path) as never);
    expect(of('owner')).toContain('me');
    expect(of('customer')).not.toContain('me');
  });

  it('come as the object declares them, those of every object last', () => {
    const own = { name: 'created_at', type: 'instant', label: '', system: true } as const;
    const paths = filterPaths({ ...object, fields: [own, ...object.fields] }, (p) => p);
    expect([paths[0]?.path, ...paths.slice(-2).map((p) => p.path)]).toEqual([
      'name',
      'created_at',
      'owner',
    ]);
  });

  it('change the value with the operator only where its shape changes', () => {
    const [name] = filterPaths(object, (p) => p);
    const row = { ...freshRow(name as never), value: '王' };
    expect(withOperator(row, 'eq', 'text').value).toBe('王');
    expect(withOperator(row, 'in', 'text').value).toEqual([]);
    expect(withOperator(row, 'empty', 'text').value).toBeNull();
  });

  it('read durations', () => {
    expect(parseDuration('113d')).toEqual({ ahead: false, n: 113, unit: 'd' });
    expect(parseDuration('+2w')).toEqual({ ahead: true, n: 2, unit: 'w' });
    expect(parseDuration('thisMonth')).toBeNull();
    expect(parseDuration('-3d')).toBeNull();
  });
});
