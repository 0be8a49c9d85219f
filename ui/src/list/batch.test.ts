import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/client';
import { type Progress, reachOf, runBulk } from './batch';

describe('named records', () => {
  it('are a condition, in lists that have an end', () => {
    expect(reachOf(['1', '2'])).toEqual({ where: { field: 'id', in: ['1', '2'] }, q: '' });
    const many = Array.from({ length: 1201 }, (_, i) => String(i));
    const { where } = reachOf(many);
    const parts = (where as { any: { in: string[] }[] }).any;
    expect(parts.map((p) => p.in.length)).toEqual([500, 500, 201]);
  });
});

interface Sent {
  path: string;
  key: string;
}

/** A server of which each answer is given: a body, a status that refuses, or none. */
function serve(answers: Record<string, (unknown | number | 'lost')[]>): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
    const path = url.replace('/api/v1', '');
    const key = (init.headers as Record<string, string>)?.['Idempotency-Key'] ?? '';
    sent.push({ path, key });
    const answer = path === '/healthz' ? {} : answers[path]?.shift();
    if (answer === 'lost') throw new TypeError('Failed to fetch');
    if (typeof answer === 'number') return new Response('{"code":"denied"}', { status: answer });
    return new Response(JSON.stringify(answer));
  });
  return sent;
}

function stopper() {
  const stop = new AbortController();
  const p: Progress = { signal: stop.signal, tell: () => undefined };
  return { stop, p };
}

const job = (state: string) => ({ data: { id: '7', state, done: 1, total: 2 } });
const over = {
  data: { ...job('done').data, result: { batch: '9', changed: 2, left: 0, refused: 0, refusals: [] } },
};

const start = (p = stopper().p) =>
  runBulk('customers', 'tag', { where: null, q: '' }, { change: { tags: ['a'] } }, p);

describe('a job for all that match', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('window', globalThis);
    vi.stubGlobal('navigator', { onLine: true });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('is waited for while the connection is away, and can be taken back', async () => {
    serve({
      '/customers/bulk': [job('waiting')],
      '/jobs/7': [job('running'), 'lost', 'lost', over],
    });
    const out = start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await out).toMatchObject({ batches: ['9'], done: 2 });
  });

  it('is started once, though the answer was lost', async () => {
    const sent = serve({ '/customers/bulk': ['lost', job('waiting')], '/jobs/7': [over] });
    const out = start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await out).toMatchObject({ batches: ['9'], done: 2 });
    const starts = sent.filter((s) => s.path === '/customers/bulk');
    expect(starts).toHaveLength(2);
    expect(new Set(starts.map((s) => s.key)).size).toBe(1);
  });

  it('keeps its key for who stops waiting and starts it again, and not beyond', async () => {
    const sent = serve({
      '/customers/bulk': ['lost', 'lost', job('waiting'), job('waiting')],
      '/jobs/7': [over, over],
    });
    const { stop, p } = stopper();
    const first = start(p).catch((e: unknown) => e);
    await vi.advanceTimersByTimeAsync(0);
    stop.abort();
    expect(await first).toMatchObject({ status: 0 });
    await start();
    await start();
    await vi.advanceTimersByTimeAsync(60_000);
    const keys = sent.filter((s) => s.path === '/customers/bulk').map((s) => s.key);
    expect(keys).toHaveLength(4);
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(keys[3]).not.toBe(keys[0]);
  });

  it('is given up when the server refuses', async () => {
    serve({ '/customers/bulk': [job('waiting')], '/jobs/7': [403] });
    await expect(start()).rejects.toBeInstanceOf(ApiError);
  });

  it('is cancelled once there is a connection again', async () => {
    const sent = serve({
      '/customers/bulk': [job('waiting')],
      '/jobs/7': [job('running'), job('running'), { data: { ...over.data, state: 'cancelled' } }],
      '/jobs/7/cancel': ['lost', {}],
    });
    const { stop, p } = stopper();
    const out = start(p);
    stop.abort();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await out).toMatchObject({ done: 2 });
    expect(sent.filter((s) => s.path === '/jobs/7/cancel')).toHaveLength(2);
  });
});
