import { Button, Popover } from 'antd';
import { useState } from 'react';
import type { ListQuery } from '../api/records';
import type { Count, ModelObject } from '../api/types';
import { useTranslation } from '../app/i18n';
import type { Condition } from '../condition/condition';
import { ask } from '../parts/ask';
import { Bar } from '../parts/Bar';
import { Icon } from '../parts/Icon';
import { useFormat } from '../parts/useFormat';
import { BulkChange } from './BulkChange';
import { type Item, mostAtOnce } from './batch';
import { changeableFields } from './bulkItems';
import { ExportProgress, useExport } from './ExportButton';
import { nothing, type Selection } from './selection';
import { useBulk } from './useBulk';

interface Props {
  object: ModelObject;
  selected: Selection;
  query: ListQuery;
  where: Condition | null;
  count: Count | null;
  columns: string[];
  select: (next: Selection) => void;
}

export default function BulkBar(p: Props) {
  const { t } = useTranslation();
  const f = useFormat();
  const bulk = useBulk(p.object, p.select);
  const { size } = p.selected;
  return (
    <div className="bulk-bar" role="toolbar" aria-label={t('bulk.label')}>
      {bulk.progress ? (
        <>
          <span role="status">
            {t('job.progress', {
              done: f.number(bulk.progress.done),
              total: f.number(bulk.progress.of),
            })}
          </span>
          <Bar share={bulk.progress.done / bulk.progress.of} label={t('job.label')} />
          <Button type="text" onClick={bulk.stop}>
            {t('bulk.stop')}
          </Button>
        </>
      ) : (
        <>
          <span className="bulk-count" role="status">
            {t('bulk.selected', { count: size, n: f.number(size) })}
          </span>
          <AllMatching p={p} bulk={bulk} />
          <Actions p={p} bulk={bulk} />
          <Button type="text" onClick={() => p.select(nothing)}>
            {t('bulk.clear')}
          </Button>
        </>
      )}
    </div>
  );
}

type Bulk = ReturnType<typeof useBulk>;

/** From those that are loaded to all that the list would show. */
function AllMatching({ p, bulk }: { p: Props; bulk: Bulk }) {
  const { t } = useTranslation();
  const f = useFormat();
  const total = p.count?.value ?? 0;
  const reach = Math.min(total, mostAtOnce);
  if (p.selected.size >= reach) return null;
  const n = f.number(reach);
  const label = total > mostAtOnce ? t('bulk.selectFirst', { n }) : t('bulk.selectAll', { n });
  return (
    <button
      type="button"
      className="link-button"
      onClick={() => void bulk.selectAll(p.query, reach)}
    >
      {label}
    </button>
  );
}

function Actions({ p, bulk }: { p: Props; bulk: Bulk }) {
  const { t } = useTranslation();
  const f = useFormat();
  const exporting = useExport(p.object);
  const [open, setOpen] = useState(false);
  const { object, selected } = p;
  const { size } = selected;
  const mine = !object.append_only;
  const all = p.count?.exact && size === p.count.value;

  const remove = async () => {
    const items = [...selected.values()].map(
      (r): Item => ({ method: 'DELETE', id: r.id, version: r.version }),
    );
    const yes = await ask({
      title: t('bulk.deleteAsk', { count: size, n: f.number(size) }),
      hint: t('bulk.deleteHint'),
      yes: t('bulk.deleteYes', { n: f.number(size) }),
      danger: true,
    });
    const say = (n: number) => t('bulk.deleted', { count: n, n: f.number(n) });
    if (yes) await bulk.run(items, t('action.delete'), say);
  };
  const exportThem = () =>
    exporting.start(
      all
        ? { where: p.where, q: p.query.q ?? '', sort: p.query.sort ?? '' }
        : { where: { field: 'id', in: [...selected.keys()] }, q: '', sort: '' },
      p.columns,
      'xlsx',
    );
  return (
    <>
      {object.rights?.update && mine && changeableFields(object).length > 0 && (
        <Popover
          open={open}
          onOpenChange={setOpen}
          trigger="click"
          placement="top"
          destroyOnHidden
          content={
            <BulkChange
              object={object}
              selected={selected}
              onRun={(items, title, say) => {
                setOpen(false);
                void bulk.run(items, title, say);
              }}
            />
          }
        >
          <Button icon={<Icon name="edit" size={16} />}>{t('bulk.change')}</Button>
        </Popover>
      )}
      {object.rights?.export && (
        <Button icon={<Icon name="download" size={16} />} onClick={() => void exportThem()}>
          {t('export.button')}
        </Button>
      )}
      {object.rights?.delete && mine && (
        <Button danger icon={<Icon name="trash" size={16} />} onClick={() => void remove()}>
          {t('action.delete')}
        </Button>
      )}
      {exporting.job && <ExportProgress id={exporting.job} onClose={exporting.done} />}
    </>
  );
}
