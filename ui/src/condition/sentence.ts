import type { Titles } from '../api/types';
import type { Translate } from '../app/i18n';
import { currencyDigits, sayDate, sayInstant, sayNumber, sayPercent } from '../parts/format';
import { calendarWords, type Group, type Path, parseDuration, type Row } from './condition';

export interface Speech {
  t: Translate;
  language: string;
  paths: Map<string, Path>;
  titles: Titles;
  currency: string;
}

function sayTime(value: unknown, s: Speech): string {
  if ((calendarWords as readonly unknown[]).includes(value)) return s.t(`word.${value}`);
  const d = parseDuration(value);
  if (!d) return String(value);
  return s.t(`span.${d.unit}`, { count: d.n, n: d.n });
}

export function sayOne(value: unknown, path: Path | undefined, s: Speech): string {
  if (value === null || value === undefined) return '…';
  switch (path?.type) {
    case 'choice':
    case 'multi_choice':
      return path.field.choices?.find((c) => c.key === value)?.label ?? String(value);
    case 'ref':
    case 'multi_ref':
      return s.titles[String(value)] ?? String(value);
    case 'boolean':
      return value ? s.t('value.yes') : s.t('value.no');
    case 'percent':
      return typeof value === 'number' ? sayPercent(value, s.language) : String(value);
    case 'money':
      return sayNumber(Number(value) / 10 ** currencyDigits(s.currency), s.language);
    case 'number':
      return typeof value === 'number' ? sayNumber(value, s.language) : String(value);
    case 'date':
    case 'instant':
      return /^\d{4}-\d\d-\d\d$/.test(String(value))
        ? sayDate(String(value), s.language)
        : sayInstant(String(value), s.language, s.t);
    default:
      return String(value);
  }
}

function sayMany(value: unknown, path: Path | undefined, s: Speech): string {
  const all = Array.isArray(value) ? value : [value];
  const shown = all.slice(0, 3).map((v) => sayOne(v, path, s));
  const rest = all.length - shown.length;
  return shown.join(s.t('list.comma')) + (rest > 0 ? s.t('list.andMore', { n: rest }) : '');
}

/** One row as a sentence in three parts: the field, what is said of it, and the value. */
export function sayRow(row: Row, s: Speech): { field: string; verb: string; value: string } {
  const path = s.paths.get(row.field);
  const field = path?.label ?? row.field;
  const time = path?.type === 'date' || path?.type === 'instant';
  const duration = parseDuration(row.value);
  if (row.op === 'within' && duration)
    return {
      field,
      verb: s.t(duration.ahead ? 'op.next' : 'op.past'),
      value: sayTime(row.value, s),
    };
  if (row.op === 'older' && duration)
    return {
      field,
      verb: s.t('op.older'),
      value: s.t('span.ago', { span: sayTime(row.value, s) }),
    };
  if (row.op === 'within' || row.op === 'older')
    return { field, verb: s.t(`op.${row.op}`), value: sayTime(row.value, s) };
  if (row.op === 'between') {
    const [a, b] = Array.isArray(row.value) ? row.value : [];
    return {
      field,
      verb: s.t('op.between'),
      value: s.t('value.range', { a: sayOne(a, path, s), b: sayOne(b, path, s) }),
    };
  }
  const verb = s.t(time && ['ge', 'lt'].includes(row.op) ? `op.time.${row.op}` : `op.${row.op}`);
  const value =
    row.op === 'empty' || row.op === 'filled' || row.op === 'me' ? '' : sayMany(row.value, path, s);
  return { field, verb, value };
}

export function sayGroup(group: Group, s: Speech): string {
  return group.items
    .map((item) => {
      if (item.kind === 'opaque') return s.t('filter.opaque');
      if (item.kind === 'group') return `(${sayGroup(item, s)})`;
      const { field, verb, value } = sayRow(item, s);
      return `${field} ${verb}${value ? ` ${value}` : ''}`;
    })
    .join(` ${s.t(group.any ? 'filter.or' : 'filter.and')} `);
}
