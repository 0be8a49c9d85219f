import { expect, test } from 'vitest';
import { readDate } from './dateText';

const today = '2026-11-30';
const day = (text: string, language = 'zh-CN') => {
  const read = readDate(text, language, today);
  return read && (read.time ? `${read.day} ${read.time}` : read.day);
};

test('days as people type them', () => {
  for (const text of [
    '1990-03-05',
    '1990/3/5',
    '1990.3.5',
    '1990年3月5日',
    '1990 年 3 月 5 日',
    '19900305',
    '１９９０/３/５',
    ' 1990-3-5 ',
    '5 Mar 1990',
    'March 5, 1990',
    '5th march 1990',
  ])
    expect(day(text), text).toBe('1990-03-05');
});

test('days of this year', () => {
  for (const text of ['12-5', '12/5', '12月5日', '12月5号', '5 Dec', 'dec 5'])
    expect(day(text), text).toBe('2026-12-05');
});

test('days by their distance', () => {
  expect(day('今天')).toBe('2026-11-30');
  expect(day('明天')).toBe('2026-12-01');
  expect(day('後天')).toBe('2026-12-02');
  expect(day('Tomorrow', 'en')).toBe('2026-12-01');
  expect(day('yesterday', 'en')).toBe('2026-11-29');
});

test('the year comes last in the order of the language', () => {
  expect(day('3/5/1990', 'en-US')).toBe('1990-03-05');
  expect(day('3/5/1990', 'en-GB')).toBe('1990-05-03');
  expect(day('3/5', 'en-GB')).toBe('2026-05-03');
  expect(day('3/5/1990')).toBeNull();
});

test('times', () => {
  for (const text of [
    '2026-12-05 14:30',
    '2026/12/5 14:30',
    '2026-12-05T14:30:00',
    '12月5日 14:30',
    '12月5日下午2:30',
    '12月5日下午2点半',
    '12/5 14点30分',
    '5 Dec 2:30 pm',
    '20261205 14:30',
  ])
    expect(day(text), text).toBe('2026-12-05 14:30');
  expect(day('明天 9点')).toBe('2026-12-01 09:00');
  expect(day('tomorrow 9am', 'en')).toBe('2026-12-01 09:00');
});

test('what is no date is not made one', () => {
  for (const text of [
    '',
    '1990-13-45',
    '2026-02-29',
    '某天',
    '1990',
    '5',
    '14:30',
    '0000-01-01',
    '3月',
    '1/2/3',
    '明天 25:00',
    '5 Foo 1990',
    '199003051',
    '1990-03-05 x',
  ])
    expect(day(text), text).toBeNull();
});
