import { useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client';
import { useTranslation } from '../app/i18n';
import { Icon } from '../parts/Icon';
import { ask } from '../parts/ask';
import { useTell } from '../parts/useTell';
import { type ImportRecord, importName } from './types';

/** Deletes an import with its file and rows, after asking, where one may; what it has written stays. */
export function DeleteImport({ data, onDone }: { data: ImportRecord; onDone?: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const tell = useTell();
  const name = importName(data);
  const remove = async () => {
    const yes = await ask({
      title: t('import.deleteAsk', { name }),
      hint: t(data.batch && data.state !== 'undone' ? 'import.deleteWritten' : 'import.deleteHint'),
      yes: t('action.delete'),
      danger: true,
    });
    if (!yes) return;
    try {
      await api(`/imports/${data.id}`, { method: 'DELETE' });
      tell.done(t('record.deleted', { name }));
      onDone?.();
      await client.invalidateQueries({ queryKey: ['imports'] });
    } catch (e) {
      tell.error(e);
    }
  };
  if (!data._may?.includes('delete')) return null;
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={t('import.deleteOf', { name })}
      title={t('action.delete')}
      onClick={() => void remove()}
    >
      <Icon name="trash" size={16} />
    </button>
  );
}
