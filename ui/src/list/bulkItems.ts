import { isWritable } from '../api/model';
import type { Field, ModelObject, RecordData } from '../api/types';
import { isEmpty } from '../field/empty';
import { isMasked } from '../record/masked';
import type { Item } from './batch';

/** Fields of several values, to which one may add. */
export const several = new Set(['tags', 'multi_choice', 'multi_ref']);
const single = new Set(['file', 'image', 'geo', 'json', 'rich_text']);
export const modes = ['add', 'remove', 'replace'] as const;
export type Mode = (typeof modes)[number];

/** Fields of which many records may have the same value. */
export function changeableFields(o: ModelObject): Field[] {
  return o.fields.filter((f) => isWritable(f) && !f.unique && !f.hidden && !single.has(f.type));
}

function changed(f: Field, mode: Mode, old: unknown, value: unknown): unknown {
  if (!several.has(f.type) || mode === 'replace') return value;
  const had = (old ?? []) as string[];
  const given = (value ?? []) as string[];
  if (mode === 'remove') return had.filter((v) => !given.includes(v));
  return [...new Set([...had, ...given])];
}

/** The changes that come of it: records that have the value already are left alone. */
export function itemsFor(f: Field, mode: Mode, value: unknown, records: RecordData[]): Item[] {
  return records.flatMap((r): Item[] => {
    const old = r[f.name];
    const next = changed(f, mode, old, value);
    const same = JSON.stringify(old ?? null) === JSON.stringify(next ?? null);
    if (!isMasked(r, f) && (same || (isEmpty(old) && isEmpty(next)))) return [];
    return [{ method: 'PATCH', id: r.id, version: r.version, body: { [f.name]: next } }];
  });
}

/** The same as the server takes it for records that were never read here. */
export function changeFor(f: Field, mode: Mode, value: unknown): Record<string, unknown> {
  const edits = several.has(f.type) && mode !== 'replace';
  return { [f.name]: edits ? { [mode]: value ?? [] } : value };
}
