import { expect, test } from 'vitest';
import { readNumber } from './number';

test('numbers as people type them', () => {
  expect(readNumber('1,200.50', 2)).toBe(1200.5);
  expect(readNumber('１２００', 0)).toBe(1200);
  expect(readNumber('-3', 0)).toBe(-3);
  expect(readNumber('.5', 2)).toBe(0.5);
  expect(readNumber('12.345', 2)).toBe(12.35);
});

test('what is no number is not made one', () => {
  for (const text of ['abc', '', '1e5', '12元', '1.2.3', '--1', 'Infinity', '0x10'])
    expect(readNumber(text, 2), text).toBeNull();
});
