import type { Address, Money } from '../api/types';
import type { Translate } from '../app/i18n';

const day = 86_400_000;

function parts(at: Date, timeZone: string | undefined) {
  const f = new Intl.DateTimeFormat('en-CA', {
    ...(timeZone ? { timeZone } : {}),
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return f.format(at);
}

/** Whole local days between two instants: 0 the same day, 1 yesterday, -1 tomorrow. */
export function daysAgo(at: Date, now: Date, timeZone?: string): number {
  return Math.round((Date.parse(parts(now, timeZone)) - Date.parse(parts(at, timeZone))) / day);
}

function zoned(timeZone: string | undefined): { timeZone?: string } {
  return timeZone ? { timeZone } : {};
}

export function exactInstant(text: string, language: string, timeZone?: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  return new Intl.DateTimeFormat(language, {
    ...zoned(timeZone),
    dateStyle: 'medium',
    timeStyle: 'medium',
    hourCycle: 'h23',
  }).format(at);
}

/** As people say it: today 14:20, yesterday 09:05, 3 days ago, 5 March, 5 March 2024. */
export function sayInstant(
  text: string,
  language: string,
  t: Translate,
  timeZone?: string,
  now = new Date(),
): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  const time = new Intl.DateTimeFormat(language, {
    ...zoned(timeZone),
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at);
  const days = daysAgo(at, now, timeZone);
  if (days === 0) return t('time.today', { time });
  if (days === 1) return t('time.yesterday', { time });
  if (days === -1) return t('time.tomorrow', { time });
  if (days > 1 && days <= 6) return t('time.daysAgo', { n: days });
  return sayDay(at, language, timeZone, now);
}

function sayDay(at: Date, language: string, timeZone: string | undefined, now: Date): string {
  const sameYear = parts(at, timeZone).slice(0, 4) === parts(now, timeZone).slice(0, 4);
  return new Intl.DateTimeFormat(language, {
    ...zoned(timeZone),
    ...(sameYear ? {} : { year: 'numeric' }),
    month: language === 'en' ? 'short' : 'numeric',
    day: 'numeric',
  })
    .format(at)
    .replace(/^(\d+)\/(\d+)$/, '$1月$2日');
}

export function sayDate(text: string, language: string): string {
  const at = new Date(`${text}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return text;
  return new Intl.DateTimeFormat(language, { timeZone: 'UTC', dateStyle: 'medium' }).format(at);
}

export function sayNumber(value: number, language: string, decimals?: number): string {
  return new Intl.NumberFormat(language, {
    maximumFractionDigits: decimals ?? 6,
  }).format(value);
}

export function sayPercent(value: number, language: string, decimals = 1): string {
  return new Intl.NumberFormat(language, {
    style: 'percent',
    maximumFractionDigits: decimals,
  }).format(value);
}

export function currencyDigits(currency: string): number {
  try {
    return (
      new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
        .maximumFractionDigits ?? 2
    );
  } catch {
    return 2;
  }
}

export function sayMoney(money: Money, language: string): string {
  const digits = currencyDigits(money.currency);
  const value = money.amount / 10 ** digits;
  try {
    return new Intl.NumberFormat(language, {
      style: 'currency',
      currency: money.currency,
      currencyDisplay: 'narrowSymbol',
      minimumFractionDigits: Number.isInteger(value) ? 0 : digits,
    }).format(value);
  } catch {
    return `${money.currency} ${sayNumber(value, language, digits)}`;
  }
}

/** 1.2万 or 12k: for figures where the size matters and not the last digit. */
export function sayShort(value: number, language: string): string {
  return new Intl.NumberFormat(language, {
    notation: Math.abs(value) >= 10_000 ? 'compact' : 'standard',
    maximumFractionDigits: 1,
  }).format(value);
}

export function sayAddress(a: Address, language: string): string {
  const inner = [a.province, a.city, a.district, a.street].filter(
    (p, i, all) => p && all.indexOf(p) === i,
  );
  return language === 'en' && inner.every((p) => /^[\x20-\x7e]*$/.test(p ?? ''))
    ? inner.toReversed().join(', ')
    : inner.join(' ');
}

export function saySize(bytes: number, language: string): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let n = bytes;
  let u = 0;
  while (n >= 1024 && u < units.length - 1) {
    n /= 1024;
    u++;
  }
  return `${sayNumber(n, language, u === 0 ? 0 : 1)} ${units[u]}`;
}

/** Country codes of two digits; 1 and 7 have one, all others three. */
const twoDigits = /^(2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/** From the end: four, then threes; eight digits are twice four. */
function grouped(digits: string): string {
  const head = digits.slice(0, -4);
  const groups = head.length > 4 ? head.replace(/(?!^)(?=(...)+$)/g, ' ') : head;
  return [groups, digits.slice(-4)].filter(Boolean).join(' ');
}

function landline(rest: string): string {
  const area = /^(10|2\d)/.test(rest) ? rest.slice(0, 2) : rest.slice(0, 3);
  return `0${area} ${grouped(rest.slice(area.length))}`;
}

/** A Chinese number as it is dialled, 138 1234 5678; others with their country's, +60 12 368 4228. */
export function sayPhone(text: string): string {
  const mobile = /^\+86(1\d\d)([\d*]{4})([\d*]{4})$/.exec(text);
  if (mobile) return mobile.slice(1).join(text.includes('*') ? '' : ' ');
  const chinese = /^\+86([\d*]+)$/.exec(text)?.[1];
  if (chinese && /^(400|800|9)/.test(chinese)) return chinese;
  if (chinese) return /^\d{9,11}$/.test(chinese) ? landline(chinese) : `0${chinese}`;
  const digits = /^\+(\d{7,15})$/.exec(text)?.[1];
  if (!digits) return text;
  const n = /^[17]/.test(digits) ? 1 : twoDigits.test(digits) ? 2 : 3;
  return `+${digits.slice(0, n)} ${grouped(digits.slice(n))}`;
}
