import { expect, test } from 'vitest';
import type { Field } from '../api/types';
import { wasEntered } from './entered';

const made = { at: '2026-11-22T08:00:00Z', actor: { id: '7' } };
const entered = (field: Partial<Field>, value: unknown) =>
  wasEntered({ name: 'x', type: 'text', label: 'X', ...field }, value, made);

test('of a new record what was entered, and not what it has anyway', () => {
  expect(entered({}, 'words')).toBe(true);
  expect(entered({}, '')).toBe(false);
  expect(entered({ computed: true }, 0)).toBe(false);
  expect(entered({ system: true }, '5')).toBe(false);
  expect(entered({ default: 'open' }, 'open')).toBe(false);
  expect(entered({ default: 'open' }, 'paid')).toBe(true);
  expect(entered({ default: false }, false)).toBe(false);
  expect(entered({ default: { first: 'position' } }, '9')).toBe(true);
  expect(entered({ name: 'owner' }, '7')).toBe(false);
  expect(entered({ name: 'owner' }, '8')).toBe(true);
  expect(entered({ default: 'now' }, '2026-11-22T08:00:00.2Z')).toBe(false);
  expect(entered({ default: 'now' }, '2026-11-20T08:00:00Z')).toBe(true);
  expect(entered({ default: 'today' }, '2026-11-22')).toBe(false);
});
