import { useQuery } from '@tanstack/react-query';
import { Button, Popover } from 'antd';
import { lazy, Suspense, useMemo, useState } from 'react';
import { api } from '../api/client';
import { useSession } from '../api/session';
import type { ModelObject, Titles } from '../api/types';
import { useTranslation } from '../app/i18n';
import {
  filterPaths,
  fromCondition,
  type Group,
  noFilter,
  type Opaque,
  type Path,
  type Row,
  toCondition,
} from '../condition/condition';
import { type Speech, sayGroup, sayRow } from '../condition/sentence';
import { useTitles } from '../field/useTitles';
import { Icon } from '../parts/Icon';
import { Skeleton } from '../parts/states';
import { usePhone } from '../parts/useNarrow';
import type { ListState } from './state';

const FilterPanel = lazy(() => import('./FilterPanel'));

export function usePaths(object: ModelObject): Path[] {
  const { t } = useTranslation();
  return useMemo(() => filterPaths(object, (part) => t(`address.${part}`)), [object, t]);
}

/** The ids that a filter names, by the object they belong to; most filters name users or one object. */
function idsIn(group: Group, paths: Map<string, Path>): Map<string, string[]> {
  const out = new Map<string, string[]>();
  const visit = (item: Row | Group | Opaque) => {
    if (item.kind === 'group') item.items.forEach(visit);
    if (item.kind !== 'row') return;
    const path = paths.get(item.field);
    if (!path || (path.type !== 'ref' && path.type !== 'multi_ref')) return;
    const target = path.field.target ?? '';
    const ids = (Array.isArray(item.value) ? item.value : [item.value]).filter(Boolean).map(String);
    out.set(target, [...(out.get(target) ?? []), ...ids]);
  };
  visit(group);
  return out;
}

/** The filter's button and, for a line of its own, what it says as chips. */
export function useFilter({
  object,
  state,
  titles,
  change,
}: {
  object: ModelObject;
  state: ListState;
  titles: Titles;
  change: (next: Partial<ListState>) => void;
}) {
  const { t, i18n } = useTranslation();
  const phone = usePhone();
  const { base_currency } = useSession();
  const [open, setOpen] = useState(false);
  const paths = usePaths(object);
  const byPath = useMemo(() => new Map(paths.map((p) => [p.path, p])), [paths]);
  const group = useMemo(() => fromCondition(state.where), [state.where]);
  const ids = useMemo(() => [...idsIn(group, byPath)], [group, byPath]);
  const first = useTitles(ids[0]?.[0], ids[0]?.[1] ?? [], titles);
  const known = useTitles(ids[1]?.[0], ids[1]?.[1] ?? [], first);
  const speech: Speech = {
    t,
    language: i18n.language,
    paths: byPath,
    titles: known,
    currency: base_currency,
  };
  const set = (next: Group) => change({ where: toCondition(next) });
  const remove = (i: number) => set({ ...group, items: group.items.filter((_, at) => at !== i) });
  const n = group.items.length;
  const label = n ? t('filter.buttonN', { n }) : t('filter.button');

  return {
    button: (
      <Popover
        open={open}
        onOpenChange={setOpen}
        trigger="click"
        placement={phone ? 'bottom' : 'bottomLeft'}
        destroyOnHidden
        content={
          <Suspense fallback={<Skeleton rows={2} />}>
            <FilterPanel
              object={object}
              group={group}
              paths={paths}
              titles={known}
              onApply={(next) => {
                set(next);
                setOpen(false);
              }}
            />
          </Suspense>
        }
      >
        <Button icon={<Icon name="filter" size={16} />} aria-label={label}>
          {phone ? n || null : label}
        </Button>
      </Popover>
    ),
    chips: n > 0 && (
      <div className="chips">
        {group.items.map((item, i) => (
          <span key={i} className="chip-slot">
            {i > 0 && (
              <button
                type="button"
                className="chip-join"
                title={t('filter.flip')}
                onClick={() => set({ ...group, any: !group.any })}
              >
                {t(group.any ? 'filter.or' : 'filter.and')}
              </button>
            )}
            <span className="chip">
              <button type="button" className="chip-text" onClick={() => setOpen(true)}>
                <ChipText item={item} speech={speech} />
              </button>
              <button
                type="button"
                className="chip-close"
                aria-label={t('filter.remove')}
                onClick={() => remove(i)}
              >
                <Icon name="close" size={12} />
              </button>
            </span>
          </span>
        ))}
        <button type="button" className="link-button small" onClick={() => set(noFilter)}>
          {t('filter.clear')}
        </button>
      </div>
    ),
  };
}

/** An import or a bulk change by its title, where one may know it. */
function BatchName({ id }: { id: string }) {
  const { t } = useTranslation();
  const batch = useQuery({
    queryKey: ['batch', id],
    queryFn: ({ signal }) => api<{ data: { title: string } }>(`/batches/${id}`, { signal }),
    retry: false,
  });
  const title = batch.data?.data.title;
  return <>{title ? t('filter.inBatchOf', { title }) : t('filter.inBatch')}</>;
}

function ChipText({ item, speech }: { item: Row | Group | Opaque; speech: Speech }) {
  if (item.kind === 'opaque' && typeof item.condition.inBatch === 'string')
    return <BatchName id={item.condition.inBatch} />;
  if (item.kind === 'opaque') return <>{speech.t('filter.opaque')}</>;
  if (item.kind === 'group') return <>{sayGroup(item, speech)}</>;
  const { field, verb, value } = sayRow(item, speech);
  return (
    <>
      <b>{field}</b> {verb} {value && <b>{value}</b>}
    </>
  );
}
