import { useQueryClient } from '@tanstack/react-query';
import type { Id } from '../api/types';
import { noteWritten } from '../api/written';
import { useTranslation } from '../app/i18n';
import { ask } from '../parts/ask';
import { useTell } from '../parts/useTell';
import { undoBatches } from './batch';

const untouched = new Set<unknown>(['session', 'model']);

/** Takes a batch back, after asking; whatever is on the screen is then read anew. */
export function useUndoBatch() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const tell = useTell();
  return async (batch: Id, title: string) => {
    const yes = await ask({
      title: t('batch.undoAsk', { title }),
      hint: t('batch.undoHint'),
      yes: t('action.undo'),
      danger: true,
    });
    if (!yes) return;
    try {
      const n = await undoBatches([batch]);
      tell.done(n ? t('bulk.undonePart', { n }) : t('bulk.undone'));
    } catch (e) {
      tell.error(e);
    } finally {
      noteWritten();
      void client.invalidateQueries({ predicate: (q) => !untouched.has(q.queryKey[0]) });
    }
  };
}
