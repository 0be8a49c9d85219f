import { describe, expect, it } from 'vitest';
import type { Field, ModelObject, RecordData } from '../api/types';
import { changeableFields, changeFor, itemsFor } from './bulkItems';

const tags: Field = { name: 'tags', label: 'Tags', type: 'tags' };
const level: Field = { name: 'level', label: 'Level', type: 'choice' };
const record = (id: string, more: object): RecordData => ({ id, version: 3, ...more });

describe('a change of many', () => {
  it('adds to what each has, and leaves alone who has it', () => {
    const records = [
      record('1', { tags: ['a'] }),
      record('2', { tags: null }),
      record('3', { tags: ['b', 'x'] }),
    ];
    expect(itemsFor(tags, 'add', ['x'], records)).toEqual([
      { method: 'PATCH', id: '1', version: 3, body: { tags: ['a', 'x'] } },
      { method: 'PATCH', id: '2', version: 3, body: { tags: ['x'] } },
    ]);
    expect(itemsFor(tags, 'remove', ['x'], records)).toEqual([
      { method: 'PATCH', id: '3', version: 3, body: { tags: ['b'] } },
    ]);
    expect(itemsFor(tags, 'replace', ['x'], records)).toHaveLength(3);
    expect(itemsFor(tags, 'add', null, records)).toEqual([]);
  });

  it('empties a value only where there is one', () => {
    const records = [record('1', { level: 'a' }), record('2', { level: null })];
    expect(itemsFor(level, 'add', null, records)).toEqual([
      { method: 'PATCH', id: '1', version: 3, body: { level: null } },
    ]);
  });

  it('is told as edits for records that were not read', () => {
    expect(changeFor(tags, 'add', ['x'])).toEqual({ tags: { add: ['x'] } });
    expect(changeFor(tags, 'remove', ['x'])).toEqual({ tags: { remove: ['x'] } });
    expect(changeFor(tags, 'replace', ['x'])).toEqual({ tags: ['x'] });
    expect(changeFor(level, 'add', null)).toEqual({ level: null });
  });

  it('writes over a masked value, which nobody can compare', () => {
    const phone: Field = { name: 'phone', label: 'Phone', type: 'phone' };
    const masked = record('1', { phone: '138****5678', _masked: ['phone'] });
    expect(itemsFor(phone, 'add', '138****5678', [masked])).toHaveLength(1);
  });

  it('offers no field that is unique, computed or the server’s own', () => {
    const fields: Field[] = [
      level,
      { ...level, name: 'a', unique: true },
      { ...level, name: 'b', computed: true },
      { ...level, name: 'c', system: true },
      { ...level, name: 'd', access: 'read' },
    ];
    expect(changeableFields({ fields } as ModelObject).map((f) => f.name)).toEqual(['level']);
  });
});
