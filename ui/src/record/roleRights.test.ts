import { describe, expect, it } from 'vitest';
import type { Model } from '../api/types';
import { rightChanges, rightsOf } from './roleRights';

const t = (key: string) => key;
const model = {
  version: '1',
  objects: [
    {
      name: 'customer',
      plural: 'customers',
      label: 'Customer',
      plural_label: 'Customers',
      fields: [{ name: 'phone', type: 'phone', label: 'Mobile phone' }],
    },
  ],
} as unknown as Model;
const of = (customer: object, rights: string[] = []) =>
  rightsOf({ objects: { customer }, rights }, model, t);
const say = (definition: unknown) =>
  rightsOf(definition, model, t).map((r) => `${r.of} ${r.what} ${r.said}`);

describe('the rights of a role', () => {
  it('are said in the words of the screen', () => {
    const definition = {
      objects: {
        customer: { read: 'below', create: true, delete: false, update: { field: 'a', eq: 1 }, fields: { phone: 'mask' } },
        '*': { read: 'all' },
      },
      rights: ['undo'],
    };
    expect(say(definition)).toEqual([
      'Customers tokens.op.read role.scope.below',
      'Customers tokens.op.create role.may',
      'Customers tokens.op.update role.scope.some',
      'Customers Mobile phone role.field.mask',
      'role.others tokens.op.read role.scope.all',
      'role.special role.right.undo role.may',
    ]);
    expect(say(null)).toEqual([]);
  });

  it('that changed are told alone', () => {
    const changes = rightChanges(
      of({ read: 'own', create: true, export: true }),
      of({ read: 'all', create: true, fields: { phone: 'mask' } }, ['import']),
      t,
    );
    expect(changes.map((c) => [c.key, c.before, c.after])).toEqual([
      ['customer.read', 'role.scope.own', 'role.scope.all'],
      ['customer.export', 'role.may', 'role.mayNot'],
      ['customer.fields.phone', 'role.usual', 'role.field.mask'],
      ['rights.import', 'role.mayNot', 'role.may'],
    ]);
  });
});
