import { describe, expect, it } from 'vitest';
import type { Field, FieldType } from '../api/types';
import { isFilterable, narrowed, rowsFor } from './byValue';
import { noFilter, type Row, toCondition } from './condition';

const field = (type: FieldType, more: Partial<Field> = {}): Field => ({
  name: 'f',
  label: 'F',
  type,
  ...more,
});
const condition = (f: Field, value: unknown, zone?: string) =>
  toCondition(narrowed(noFilter, rowsFor(f, value, zone)));

const row = (name: string, value: string): Row => ({ kind: 'row', field: name, op: 'eq', value });

describe('a value as a filter', () => {
  it('says what equality is for each type', () => {
    expect(condition(field('text'), '王')).toEqual({ all: [{ field: 'f', eq: '王' }] });
    expect(condition(field('choice'), 'a')).toEqual({ all: [{ field: 'f', in: ['a'] }] });
    expect(condition(field('tags'), ['a', 'b'])).toEqual({
      all: [{ field: 'f', hasAll: ['a', 'b'] }],
    });
    expect(condition(field('money'), { amount: 500, currency: 'CNY' })).toEqual({
      all: [{ field: 'f', eq: 500 }],
    });
    expect(condition(field('boolean'), false)).toEqual({ all: [{ field: 'f', eq: false }] });
    expect(condition(field('rollup', { result: 'number' }), 0)).toEqual({
      all: [{ field: 'f', eq: 0 }],
    });
  });

  it('takes the day of an instant where the reader is', () => {
    expect(condition(field('instant'), '2026-11-20T17:00:00Z', 'Asia/Shanghai')).toEqual({
      all: [
        { field: 'f', ge: '2026-11-21' },
        { field: 'f', lt: '2026-11-22' },
      ],
    });
  });

  it('takes an address by its parts, and nothing as empty', () => {
    const address = { province: '浙江省', city: '杭州市', district: null, street: '文三路' };
    expect(condition(field('address'), address)).toEqual({
      all: [
        { field: 'f.province', eq: '浙江省' },
        { field: 'f.city', eq: '杭州市' },
      ],
    });
    for (const none of [null, undefined, '', []])
      expect(condition(field('text'), none)).toEqual({ all: [{ field: 'f', isNull: true }] });
  });

  it('replaces what was said of the field, and keeps "any" together', () => {
    const group = { kind: 'group' as const, any: true, items: [row('a', '1'), row('b', '2')] };
    expect(toCondition(narrowed(group, [row('a', '3')]))).toEqual({
      all: [
        { field: 'b', eq: '2' },
        { field: 'a', eq: '3' },
      ],
    });
    expect(toCondition(narrowed(group, [row('c', '3')]))).toEqual({
      all: [
        {
          any: [
            { field: 'a', eq: '1' },
            { field: 'b', eq: '2' },
          ],
        },
        { field: 'c', eq: '3' },
      ],
    });
  });

  it('is offered only where a filter is possible', () => {
    expect(isFilterable(field('text'))).toBe(true);
    expect(isFilterable(field('phone', { filterable: false }))).toBe(false);
    expect(isFilterable(field('json'))).toBe(false);
  });
});
