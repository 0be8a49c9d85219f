import { describe, expect, it } from 'vitest';
import { isChanged } from './useTheirs';

describe('what a form would lose', () => {
  const preset = { customer: '1', kind: 'call' };

  it('is nothing while it says what it began with', () => {
    expect(isChanged(preset, preset)).toBe(false);
    expect(isChanged({ ...preset, note: '', tags: [], at: null }, preset)).toBe(false);
  });

  it('is another value in place of a given one, none, or one more', () => {
    expect(isChanged({ ...preset, customer: '2' }, preset)).toBe(true);
    expect(isChanged({ ...preset, customer: null }, preset)).toBe(true);
    expect(isChanged({ ...preset, note: 'x' }, preset)).toBe(true);
    expect(isChanged({ ...preset, done: false }, preset)).toBe(true);
  });
});
