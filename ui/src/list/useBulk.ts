import { useRef, useState } from 'react';
import { useWrites } from '../api/records';
import type { ModelObject } from '../api/types';
import { useTranslation } from '../app/i18n';
import { useFormat } from '../parts/useFormat';
import { useTell } from '../parts/useTell';
import {
  type Item,
  type Outcome,
  type Progress,
  type Reach,
  runBatch,
  runBulk,
  undoBatches,
  type Work,
} from './batch';
import type { Selection } from './selection';

/** Work on many records: how far it is, the way to stop it, what came of it and the way back. */
export function useBulk(object: ModelObject, select: (next: Selection) => void) {
  const { t } = useTranslation();
  const f = useFormat();
  const tell = useTell();
  const writes = useWrites(object.plural);
  const stopper = useRef<AbortController | null>(null);
  const [progress, setProgress] = useState<{ done: number; of: number } | null>(null);

  const track = async <T>(of: number, work: (p: Progress) => Promise<T>): Promise<T> => {
    const stop = new AbortController();
    stopper.current = stop;
    setProgress({ done: 0, of });
    try {
      return await work({ signal: stop.signal, tell: (done) => setProgress({ done, of }) });
    } finally {
      stopper.current = null;
      setProgress(null);
    }
  };

  const undo = (batches: string[]) => async () => {
    try {
      const n = await undoBatches(batches);
      tell.done(n ? t('bulk.undonePart', { n }) : t('bulk.undone'));
    } finally {
      writes.refresh();
    }
  };

  const report = (out: Outcome & { error?: unknown }, said: string) => {
    if (out.done > 0) tell.undo(said, undo(out.batches));
    if (out.stale > 0)
      tell.failed(t('bulk.stale', { count: out.stale, n: f.number(out.stale) }));
    if (out.failed > 0)
      tell.failed(
        t('bulk.refused', {
          count: out.failed,
          n: f.number(out.failed),
          why: out.refused.slice(0, 2).join(' '),
        }),
      );
    if (out.error) tell.error(out.error);
  };

  return {
    progress,
    stop: () => stopper.current?.abort(),
    async run(items: Item[], title: string, say: (n: number) => string) {
      if (items.length === 0) {
        tell.done(t('bulk.nothing'));
        return;
      }
      const out = await track(items.length, (p) => runBatch(object, title, items, p));
      if (out.done > 0) select(new Map());
      writes.refresh();
      report(out, say(out.done));
    },
    /** All of them, as one job of the server. */
    async runAll(
      reach: Reach,
      of: number,
      work: Work,
      title: string,
      say: (n: number) => string,
    ) {
      try {
        const out = await track(of, (p) => runBulk(object.plural, title, reach, work, p));
        if (out.done > 0) select(new Map());
        writes.refresh();
        if (out.done + out.stale + out.failed === 0 && !out.error) tell.done(t('bulk.nothing'));
        report(out, say(out.done));
      } catch (e) {
        tell.error(e);
      }
    },
  };
}
