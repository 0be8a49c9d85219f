import { ApiError, api } from '../api/client';
import { isOver, jobError } from '../api/jobs';
import type { ListQuery } from '../api/records';
import type { Id, Job, ModelObject, Page, RecordData } from '../api/types';
import type { Selection } from './selection';

/** What the server takes in one call, and what one action here comes to at most. */
const perCall = 100;
const perPage = 200;
export const mostAtOnce = 2000;

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

/** All records that a list shows, as far as one action may reach. */
export async function readAll(plural: string, query: ListQuery, p: Progress): Promise<Selection> {
  const found = new Map<Id, RecordData>();
  let after = '';
  do {
    // Each page begins where the last one ended.
    // oxlint-disable-next-line no-await-in-loop
    const page = await api<Page>(`/${plural}`, {
      query: { ...query, limit: perPage, after, count: 'none' },
      signal: p.signal,
    });
    for (const r of page.data) if (found.size < mostAtOnce) found.set(r.id, r);
    p.tell(found.size);
    after = page.has_more ? (page.next ?? '') : '';
  } while (after && found.size < mostAtOnce);
  return found;
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
      // One after the other, so that stopping stops.
      // oxlint-disable-next-line no-await-in-loop
      const reply = await api<Reply>(`/${object.plural}/batch`, {
        method: 'POST',
        body: { title, items: items.slice(i, i + perCall) },
      });
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

async function untilOver(id: Id): Promise<Job> {
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop
    const { data } = await api<{ data: Job }>(`/jobs/${id}`);
    if (isOver(data)) return data;
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => setTimeout(resolve, askAgain));
  }
}

/** Takes batches back, the last one first, and returns when that is done. */
export async function undoBatches(batches: Id[]): Promise<void> {
  for (const id of batches.toReversed()) {
    // oxlint-disable-next-line no-await-in-loop
    const { data } = await api<{ data: Job }>(`/batches/${id}/undo`, { method: 'POST', body: {} });
    // oxlint-disable-next-line no-await-in-loop
    const job = await untilOver(data.id);
    if (job.state !== 'done') throw new ApiError(409, job.state, jobError(job));
  }
}
