import { ApiError, api, keyKeeper } from '../api/client';
import { jobError } from '../api/jobs';
import type { Field, Id, Job, ModelObject, RecordData, Titles } from '../api/types';
import { untilAnswered, untilOver } from '../list/batch';

export interface MergePreview {
  /** The kept one and the others. */
  records: RecordData[];
  result: RecordData;
  titles: Titles;
  moves: { object: string; field: string; count: number }[];
  /** Ways to reach somebody that the result has no field for. */
  rests: { id: Id; field: string; beside: boolean }[];
}

/** Of which record a field takes the value, where somebody chose. */
export type Chosen = Record<string, Id>;

/** The server counts no further. */
export const countedMost = 1000;

export async function previewMerge(
  plural: string,
  kept: Id,
  others: Id[],
  values: Chosen,
  signal?: AbortSignal,
): Promise<MergePreview> {
  const body = { others, values, preview: true };
  const call = { method: 'POST' as const, body, ...(signal ? { signal } : {}) };
  return (await api<{ data: MergePreview }>(`/${plural}/${kept}/merge`, call)).data;
}

/** Of the last one started: if nobody heard of its job, starting it again finds that job. */
const starts = keyKeeper();

/** The batch, when it is done; of the records as they were shown, the kept one first. */
export async function runMerge(
  plural: string,
  records: RecordData[],
  values: Chosen,
): Promise<Id> {
  const [kept, ...others] = records.map((r) => r.id);
  const path = `/${plural}/${kept}/merge`;
  const versions = Object.fromEntries(records.map((r) => [r.id, r.version]));
  const body = { others, values, versions };
  const { data } = await untilAnswered<{ data: Job }>(path, body, starts.of([path, body]));
  starts.answered();
  const job = await untilOver(data.id);
  if (job.state !== 'done') throw new ApiError(409, job.state, jobError(job));
  return String(job.result?.batch);
}

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** The fields in which the records differ, those that people write first in the form's order. */
export function differing(object: ModelObject, records: RecordData[]): Field[] {
  return object.fields.filter(
    (f) =>
      !f.hidden &&
      !f.system &&
      !f.computed &&
      records.some((r) => !same(r[f.name], records[0]?.[f.name])),
  );
}

/** Each other value once: records that agree stand together. */
export function options(field: Field, records: RecordData[]): { id: Id; value: unknown }[] {
  const out: { id: Id; value: unknown }[] = [];
  for (const r of records) {
    const value = r[field.name];
    const empty = value === null || value === undefined || same(value, []);
    if (!empty && !out.some((o) => same(o.value, value))) out.push({ id: r.id, value });
  }
  return out;
}
