import { App, Button } from 'antd';
import { useState } from 'react';
import { api } from '../api/client';
import { useWrites } from '../api/records';
import type { ModelObject, RecordData } from '../api/types';
import { useTranslation } from '../app/i18n';
import { Icon } from '../parts/Icon';
import { useTell } from '../parts/useTell';
import { ExportProgress, useExport } from './ExportButton';

const perCall = 100;

interface BatchReply {
  batch: string;
  results: { status: number }[];
}

export default function BulkBar({
  object,
  rows,
  columns,
  clear,
}: {
  object: ModelObject;
  rows: RecordData[];
  columns: string[];
  clear: () => void;
}) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const tell = useTell();
  const writes = useWrites(object.plural);
  const exporting = useExport(object);
  const [busy, setBusy] = useState(false);

  const remove = async () => {
    setBusy(true);
    const batches: string[] = [];
    let done = 0;
    try {
      for (let i = 0; i < rows.length; i += perCall) {
        const items = rows
          .slice(i, i + perCall)
          .map((r) => ({ method: 'DELETE', id: r.id, version: r.version }));
        const reply = await api<BatchReply>(`/${object.plural}/batch`, {
          method: 'POST',
          body: { items },
        });
        batches.push(reply.batch);
        done += reply.results.filter((r) => r.status < 300).length;
      }
      clear();
    } catch (e) {
      tell.error(e);
    }
    setBusy(false);
    writes.refresh();
    if (done === 0) return;
    tell.undo(t('bulk.deleted', { count: done, n: done }), async () => {
      for (const id of batches) await api(`/batches/${id}/undo`, { method: 'POST', body: {} });
      writes.refresh();
    });
  };

  const ask = () =>
    modal.confirm({
      title: t('bulk.deleteAsk', { count: rows.length, n: rows.length }),
      content: t('bulk.deleteHint'),
      okText: t('action.delete'),
      cancelText: t('action.cancel'),
      okButtonProps: { danger: true },
      icon: null,
      onOk: remove,
    });

  const where = { field: 'id', in: rows.map((r) => r.id) };
  return (
    <div className="bulk-bar" role="toolbar" aria-label={t('bulk.label')}>
      <span>{t('bulk.selected', { count: rows.length, n: rows.length })}</span>
      {object.rights?.export && (
        <Button
          icon={<Icon name="download" size={16} />}
          onClick={() => void exporting.start({ where, q: '', sort: '' }, columns, 'xlsx')}
        >
          {t('export.button')}
        </Button>
      )}
      {object.rights?.delete && !object.append_only && (
        <Button danger loading={busy} icon={<Icon name="trash" size={16} />} onClick={ask}>
          {t('action.delete')}
        </Button>
      )}
      <Button type="text" onClick={clear}>
        {t('bulk.clear')}
      </Button>
      {exporting.job && <ExportProgress id={exporting.job} onClose={exporting.done} />}
    </div>
  );
}
