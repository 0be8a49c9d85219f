import { describe, expect, it } from 'vitest';
import { matchLanguage, translator } from './i18n';

describe('sentences', () => {
  const words = { hello: 'Hello {{name}}', n_one: '{{n}} record', n_other: '{{n}} records' };
  const t = translator(words, 'en');

  it('are filled in, and counted as the language counts', () => {
    expect(t('hello', { name: 'Li' })).toBe('Hello Li');
    expect(t('hello')).toBe('Hello ');
    expect(t('n', { count: 1, n: '1' })).toBe('1 record');
    expect(t('n', { count: 0, n: '0' })).toBe('0 records');
    expect(translator({ n_other: '{{n}} 条' }, 'zh-CN')('n', { count: 1, n: '1' })).toBe('1 条');
  });

  it('write a name as within a sentence', () => {
    const mid = translator({ all: 'All {{what:mid}}' }, 'en');
    expect(mid('all', { what: 'Sales orders' })).toBe('All sales orders');
    expect(mid('all', { what: 'API tokens' })).toBe('All API tokens');
    expect(mid('all', { what: '客户' })).toBe('All 客户');
  });

  it('that are missing say what else was given, or their key', () => {
    expect(t('no.such')).toBe('no.such');
    expect(t('no.such', { defaultValue: 'Else' })).toBe('Else');
  });

  it('do not fill in what a value brings along', () => {
    expect(t('hello', { name: '{{name}} $&' })).toBe('Hello {{name}} $&');
  });
});

describe('the language', () => {
  it('is the first that the browser asks for and we have', () => {
    expect(matchLanguage(['de', 'en-GB'])).toBe('en');
    expect(matchLanguage(['zh-HK'])).toBe('zh-TW');
    expect(matchLanguage(['fr'])).toBe('zh-CN');
  });
});
