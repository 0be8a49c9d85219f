import { useState } from 'react';
import type { Id } from '../api/types';
import { useTranslation } from '../app/i18n';
import { useUndoBatch } from '../list/useUndoBatch';

export interface OfBatch {
  batch?: Id | null;
  /** What the batch is called, while this user may take it back. */
  undo_title?: string | null;
}

/** A change that was part of a batch: of which, and the way back while there is one. */
export function BatchUndo({ change }: { change: OfBatch }) {
  const { t } = useTranslation();
  const undo = useUndoBatch();
  const [busy, setBusy] = useState(false);
  const { batch, undo_title } = change;
  if (!batch || typeof undo_title !== 'string') return null;
  const title = undo_title || t('history.through.batch');
  const run = async () => {
    setBusy(true);
    await undo(batch, title);
    setBusy(false);
  };
  return (
    <p className="stream-batch small">
      <span className="muted">{title}</span>{' '}
      <button
        type="button"
        className="link-button"
        disabled={busy}
        aria-label={t('batch.undoOf', { title })}
        onClick={() => void run()}
      >
        {t('action.undo')}
      </button>
    </p>
  );
}
