import { ApiError, api, keyKeeper, newKey } from '../api/client';
import { connection } from '../api/connection';
import { cancelJob, isOver, jobError } from '../api/jobs';
import type { Count, Id, Job, ModelObject } from '../api/types';
import type { Condition } from '../condition/condition';

/** What the server takes in one call. */
export const perCall = 100;

export interface Item {
  method: 'PATCH' | 'DELETE';
  id: Id;
  version: number | string;
  body?: Record<string, unknown>;
}

interface ItemProblem {
  code: string;
  errors?: { detail: string }[];
}

interface Reply {
  batch: Id;
  results: { status: number; problem?: ItemProblem }[];
}

export interface Outcome {
  batches: Id[];
  done: number;
  /** Records that somebody else changed meanwhile. */
  stale: number;
  /** What the server said of the others, each sentence once. */
  refused: string[];
  failed: number;
}

export interface Progress {
  signal: AbortSignal;
  tell: (done: number) => void;
}

/** What the server reaches: what a list shows, or the records named. */
export interface Reach {
  where: Condition | null;
  q: string;
}

export type Work = { change: Record<string, unknown> } | { delete: true };

export interface Preview {
  matches: number;
  changeable: number;
  refusals: { detail: string }[];
}

const perList = 500;

/** Named records as a condition; the lists in it have an end. */
export function reachOf(ids: Id[]): Reach {
  const parts: Condition[] = [];
  for (let i = 0; i < ids.length; i += perList)
    parts.push({ field: 'id', in: ids.slice(i, i + perList) });
  return { where: parts.length === 1 ? (parts[0] ?? null) : { any: parts }, q: '' };
}

export async function countAll(plural: string, reach: Reach): Promise<number> {
  const body = { ...(reach.where ? { where: reach.where } : {}), q: reach.q };
  const { data } = await api<{ data: Count }>(`/${plural}/count`, { method: 'POST', body });
  if (!data.exact) throw new Error('The count is not exact.');
  return data.value;
}

export async function previewBulk(plural: string, reach: Reach, work: Work): Promise<Preview> {
  const body = { ...reach, ...work, preview: true };
  return (await api<{ data: Preview }>(`/${plural}/bulk`, { method: 'POST', body })).data;
}

interface BulkResult {
  batch: Id;
  changed: number;
  left: number;
  refused: number;
  refusals: { detail: string }[];
}

const isUnanswered = (e: unknown) => e instanceof ApiError && e.status === 0;
const mostSends = 5;

/** A write whose answer was lost is sent again with its key, once the server is back: it has one effect. */
export async function untilAnswered<T>(path: string, body: object, key: string, p?: Progress): Promise<T> {
  for (let sends = 1; ; sends++) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      return await api<T>(path, { method: 'POST', body, key });
    } catch (e) {
      if (!isUnanswered(e) || sends === mostSends || p?.signal.aborted) throw e;
      // oxlint-disable-next-line no-await-in-loop
      await connection.whenBack(p?.signal);
    }
  }
}

/** Of the last one started: if nobody heard of its job, starting it again finds that job. */
const starts = keyKeeper();

/** One job and one batch, whatever the number; it goes on when this page is left. */
export async function runBulk(
  plural: string,
  title: string,
  reach: Reach,
  work: Work,
  p: Progress,
): Promise<Outcome & { error?: unknown }> {
  const path = `/${plural}/bulk`;
  const body = { ...reach, ...work, title };
  const { data } = await untilAnswered<{ data: Job }>(path, body, starts.of([path, body]), p);
  starts.answered();
  const job = await untilOver(data.id, p);
  const r = job.result as BulkResult | null | undefined;
  const out = {
    batches: r ? [r.batch] : [],
    done: r?.changed ?? 0,
    stale: r?.left ?? 0,
    failed: r?.refused ?? 0,
    refused: [...new Set((r?.refusals ?? []).map((x) => x.detail))],
  };
  const ended = job.state === 'done' || job.state === 'cancelled';
  return ended ? out : { ...out, error: new ApiError(409, job.state, jobError(job)) };
}

/** Sends the items in calls of a hundred; what was done when it is stopped or fails stays told. */
export async function runBatch(
  object: ModelObject,
  title: string,
  items: Item[],
  p: Progress,
): Promise<Outcome & { error?: unknown }> {
  const out: Outcome = { batches: [], done: 0, stale: 0, refused: [], failed: 0 };
  try {
    for (let i = 0; i < items.length && !p.signal.aborted; i += perCall) {
      const slice = items.slice(i, i + perCall);
      // One after the other, so that stopping stops.
      // oxlint-disable-next-line no-await-in-loop
      const reply = await untilAnswered<Reply>(
        `/${object.plural}/batch`,
        { title, items: slice },
        newKey(),
        p,
      );
      out.batches.push(reply.batch);
      for (const r of reply.results) note(out, r);
      p.tell(Math.min(i + perCall, items.length));
    }
    return out;
  } catch (error) {
    return { ...out, error };
  }
}

function note(out: Outcome, r: Reply['results'][number]) {
  if (r.status < 300) out.done++;
  else if (r.problem?.code === 'stale') out.stale++;
  else {
    out.failed++;
    for (const e of r.problem?.errors ?? [])
      if (!out.refused.includes(e.detail)) out.refused.push(e.detail);
  }
}

const askAgain = 400;

/** The job goes on without a connection, and so does the wait for its end; only a refusal ends it. */
async function readJob(id: Id): Promise<Job> {
  for (;;) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      return (await api<{ data: Job }>(`/jobs/${id}`)).data;
    } catch (e) {
      if (!isUnanswered(e)) throw e;
      // oxlint-disable-next-line no-await-in-loop
      await connection.whenBack();
    }
  }
}

export async function untilOver(id: Id, p?: Progress): Promise<Job> {
  for (let stopping = false; ; ) {
    // oxlint-disable-next-line no-await-in-loop
    const job = await readJob(id);
    if (isOver(job)) return job;
    p?.tell(job.done);
    if (p?.signal.aborted && !stopping) {
      // It may have ended by now.
      // oxlint-disable-next-line no-await-in-loop
      stopping = await cancelJob(id).then(
        () => true,
        (e) => !isUnanswered(e),
      );
    }
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => setTimeout(resolve, askAgain));
  }
}

/** What an undo kept that can be tried again: refused to whoever asked, or taken by another. */
export const keptOpen = (job: Job) => (job.result as { kept_open?: number } | null)?.kept_open ?? 0;

/** Takes batches back, the last one first; when that is done, how much was kept that can be tried again. */
export async function undoBatches(batches: Id[]): Promise<number> {
  let kept = 0;
  for (const id of batches.toReversed()) {
    // oxlint-disable-next-line no-await-in-loop
    const { data } = await untilAnswered<{ data: Job }>(`/batches/${id}/undo`, {}, newKey());
    // oxlint-disable-next-line no-await-in-loop
    const job = await untilOver(data.id);
    if (job.state !== 'done') throw new ApiError(409, job.state, jobError(job));
    kept += keptOpen(job);
  }
  return kept;
}
