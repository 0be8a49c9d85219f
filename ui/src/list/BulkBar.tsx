import { Button, Popover } from 'antd';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { mayMerge } from '../api/model';
import type { ListQuery } from '../api/records';
import type { Count, ModelObject, RecordData } from '../api/types';
import { useTranslation } from '../app/i18n';
import type { Condition } from '../condition/condition';
import { ask } from '../parts/ask';
import { Bar } from '../parts/Bar';
import { Icon } from '../parts/Icon';
import { useFormat } from '../parts/useFormat';
import { useTell } from '../parts/useTell';
import { InviteButton } from '../record/InviteButton';
import { BulkChange } from './BulkChange';
import { countAll, type Item, perCall, previewBulk, type Reach, reachOf, type Work } from './batch';
import { changeableFields } from './bulkItems';
import { ExportProgress, useExport } from './ExportButton';
import { nothing, type Selection } from './selection';
import { useBulk } from './useBulk';

/** With the one that is kept; the server takes no more. */
const mostMerged = 21;

interface Props {
  object: ModelObject;
  selected: Selection;
  /** Those that are loaded. */
  rows: RecordData[];
  query: ListQuery;
  where: Condition | null;
  count: Count | null;
  columns: string[];
  select: (next: Selection) => void;
}

export default function BulkBar(p: Props) {
  const { t } = useTranslation();
  const f = useFormat();
  const tell = useTell();
  const bulk = useBulk(p.object, p.select);
  const [whole, setWhole] = useState<Whole | null>(null);
  // Another selection or another question: what was meant is no longer what is shown.
  const meant =
    whole?.selected === p.selected && whole.q === p.query.q && whole.where === p.query.where
      ? whole
      : null;
  const size = meant?.total ?? p.selected.size;

  const selectAll = async () => {
    try {
      const reach = { where: p.where, q: p.query.q ?? '' };
      const total = p.count?.exact ? p.count.value : await countAll(p.object.plural, reach);
      const selected = new Map(p.rows.map((r) => [r.id, r]));
      setWhole({ selected, total, q: p.query.q, where: p.query.where });
      p.select(selected);
    } catch (e) {
      tell.error(e);
    }
  };
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
          <AllMatching p={p} size={size} all={meant !== null} onSelect={() => void selectAll()} />
          <Actions p={p} bulk={bulk} whole={meant?.total ?? null} />
          <Button type="text" onClick={() => p.select(nothing)}>
            {t('bulk.clear')}
          </Button>
        </>
      )}
    </div>
  );
}

type Bulk = ReturnType<typeof useBulk>;

/** All that match, loaded or not, as it was when this was chosen. */
interface Whole {
  selected: Selection;
  total: number;
  q: string | undefined;
  where: string | undefined;
}

interface MatchingProps {
  p: Props;
  size: number;
  all: boolean;
  onSelect: () => void;
}

/** From those that are loaded to all that match. */
function AllMatching({ p, size, all, onSelect }: MatchingProps) {
  const { t } = useTranslation();
  const f = useFormat();
  const total = p.count?.value ?? 0;
  const exact = p.count?.exact;
  if (all || !p.count || (exact && size >= total)) return null;
  const n = exact ? f.number(total) : `${f.number(total)}+`;
  return (
    <button type="button" className="link-button" onClick={onSelect}>
      {t('bulk.selectAll', { n })}
    </button>
  );
}

function Actions({ p, bulk, whole }: { p: Props; bulk: Bulk; whole: number | null }) {
  const { t } = useTranslation();
  const f = useFormat();
  const tell = useTell();
  const navigate = useNavigate();
  const exporting = useExport(p.object);
  const [open, setOpen] = useState(false);
  const { object, selected } = p;
  const size = whole ?? selected.size;
  const mine = !object.append_only;
  const all = whole !== null || (p.count?.exact && size === p.count.value);
  const reach: Reach =
    whole === null ? reachOf([...selected.keys()]) : { where: p.where, q: p.query.q ?? '' };

  /** Few are sent with the versions that were seen; many are the server's own work. */
  const run = async (items: Item[], work: Work, title: string, say: (n: number) => string) => {
    if (whole === null && items.length <= perCall) return bulk.run(items, title, say);
    if (await accepted(work)) await bulk.runAll(reach, size, work, title, say);
  };
  /** Asks when the server knows that it will refuse some. */
  const accepted = async (work: Work) => {
    try {
      const seen = await previewBulk(object.plural, reach, work);
      const refused = seen.matches - seen.changeable;
      if (refused === 0 && seen.refusals.length === 0) return true;
      const why = [...new Set(seen.refusals.map((r) => r.detail))].slice(0, 2).join(' ');
      return await ask({
        title: t('bulk.someRefused'),
        hint: refused > 0 ? `${t('bulk.notYours', { n: f.number(refused) })} ${why}` : why,
        yes: t('bulk.goOn'),
      });
    } catch (e) {
      tell.error(e);
      return false;
    }
  };

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
    if (yes) await run(items, { delete: true }, t('action.delete'), say);
  };
  const mergeable = mayMerge(object) && size > 1 && size <= mostMerged;
  const merge = () => {
    const [kept, ...others] = selected.keys();
    void navigate(`/${object.plural}/${kept}/merge?with=${others}`);
  };
  const exportThem = () =>
    exporting.start(
      all
        ? { where: p.where, q: p.query.q ?? '', sort: p.query.sort ?? '' }
        : { ...reach, sort: '' },
      p.columns,
      'xlsx',
    );
  const [only] = size === 1 ? selected.values() : [];
  return (
    <>
      {only && <InviteButton object={object} user={only} />}
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
              whole={whole}
              onRun={(items, change, title, say) => {
                setOpen(false);
                void run(items, { change }, title, say);
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
      {whole === null && mergeable && (
        <Button icon={<Icon name="merge" size={16} />} onClick={merge}>
          {t('merge.action')}
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
