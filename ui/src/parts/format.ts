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
