/** What a list shows is its address: nothing of it is held anywhere else. */
import type { Condition } from '../condition/condition';

export interface ListState {
  where: Condition | null;
  q: string;
  sort: string;
  columns: string[] | null;
  view: string;
}

export const plainList: ListState = { where: null, q: '', sort: '', columns: null, view: '' };

export function readState(query: URLSearchParams): ListState {
  let where: Condition | null = null;
  try {
    const parsed: unknown = JSON.parse(query.get('where') ?? 'null');
    if (parsed && typeof parsed === 'object' && !Array.isArray(parsed)) where = parsed as Condition;
  } catch {
    where = null;
  }
  const columns = query.get('columns');
  return {
    where,
    q: query.get('q') ?? '',
    sort: query.get('sort') ?? '',
    columns: columns ? columns.split(',').filter(Boolean) : null,
    view: query.get('view') ?? '',
  };
}

export function writeState(s: ListState): URLSearchParams {
  const q = new URLSearchParams();
  if (s.view) q.set('view', s.view);
  if (s.q) q.set('q', s.q);
  if (s.where) q.set('where', JSON.stringify(s.where));
  if (s.sort) q.set('sort', s.sort);
  if (s.columns) q.set('columns', s.columns.join(','));
  return q;
}

export interface Sort {
  field: string;
  down: boolean;
}

export function readSort(sort: string): Sort[] {
  return sort
    .split(',')
    .filter(Boolean)
    .map((s) =>
      s.startsWith('-') ? { field: s.slice(1), down: true } : { field: s, down: false },
    );
}

/** One click sorts up, the next down, the third not at all. */
export function nextSort(sort: string, field: string): string {
  const [first] = readSort(sort);
  if (first?.field !== field) return field;
  return first.down ? '' : `-${field}`;
}
