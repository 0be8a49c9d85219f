import { describe, expect, it } from 'vitest';
import { safeTarget } from '../app/target';
import { safeUrl } from '../field/url';
import { nextSort, readState, writeState } from '../list/state';
import * as f from './format';
import { initialOf } from './initial';

const t = ((key: string, v?: { time?: string; n?: number }) =>
  `${key} ${v?.time ?? v?.n ?? ''}`.trim()) as never;
const now = new Date('2026-11-21T10:00:00Z');

const say = (at: string) => f.sayInstant(at, 'zh-CN', t, 'Asia/Shanghai', now);

describe('formats', () => {
  it('say instants in the zone of the reader', () => {
    expect(say('2026-11-21T06:20:00Z')).toBe('time.today 14:20');
    expect(say('2026-11-20T16:30:00Z')).toBe('time.today 00:30');
    expect(say('2026-11-20T15:30:00Z')).toBe('time.yesterday 23:30');
    expect(say('2026-11-18T02:00:00Z')).toBe('time.daysAgo 3');
    expect(say('2026-11-22T02:00:00Z')).toBe('time.tomorrow 10:00');
    expect(say('2024-03-05T02:00:00Z')).toContain('2024');
    expect(say('nonsense')).toBe('nonsense');
  });

  it('say money by the digits of its currency', () => {
    expect(f.sayMoney({ amount: 123456, currency: 'CNY' }, 'zh-CN')).toBe('¥1,234.56');
    expect(f.sayMoney({ amount: 500, currency: 'JPY' }, 'en')).toBe('¥500');
    expect(f.sayMoney({ amount: 10000, currency: 'USD' }, 'en')).toBe('$100');
    expect(f.sayMoney({ amount: 100, currency: '??' }, 'en')).toContain('??');
  });

  it('shorten big figures by the language', () => {
    expect(f.sayShort(12_345, 'zh-CN')).toBe('1.2万');
    expect(f.sayShort(12_345, 'en')).toBe('12.3K');
    expect(f.sayShort(999, 'en')).toBe('999');
  });

  it('say a municipality once', () => {
    const a = { province: '上海市', city: '上海市', district: '徐汇区', street: null };
    expect(f.sayAddress(a, 'zh-CN')).toBe('上海市 徐汇区');
  });

  it('take the last character of a Chinese name and the first of others', () => {
    expect(initialOf('王小明')).toBe('明');
    expect(initialOf('John Smith')).toBe('J');
    expect(initialOf('王伟（北京）')).toBe('伟');
    expect(initialOf('')).toBe('?');
  });
});

describe('addresses', () => {
  it('only lead to the web', () => {
    expect(safeUrl('example.com')).toBe('https://example.com/');
    expect(safeUrl('javascript:alert(1)')).toBeNull();
    expect(safeUrl('data:text/html,x')).toBeNull();
    expect(safeUrl('http://')).toBeNull();
  });

  it('only lead to pages of our own after the log-in', () => {
    expect(safeTarget('/customers?q=a')).toBe('/customers?q=a');
    for (const bad of ['//evil.example', '/\\evil.example', 'https://evil.example', '', null])
      expect(safeTarget(bad)).toBe('/');
  });

  it('hold the whole state of a list', () => {
    const s = {
      where: { field: 'a', eq: '&=' },
      q: '王',
      sort: '-a',
      columns: ['a', 'b'],
      view: '7',
    };
    expect(readState(writeState(s))).toEqual(s);
    expect(readState(new URLSearchParams('where=%7Bbroken')).where).toBeNull();
    expect(readState(new URLSearchParams('where=%5B1%5D')).where).toBeNull();
  });

  it('sort up, down, not at all', () => {
    expect(nextSort('', 'a')).toBe('a');
    expect(nextSort('a', 'a')).toBe('-a');
    expect(nextSort('-a', 'a')).toBe('');
    expect(nextSort('-a', 'b')).toBe('b');
  });
});
