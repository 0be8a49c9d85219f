import { Button, Dropdown, Input } from 'antd';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation, useNavigate, useParams, useSearchParams } from 'react-router';
import { defaultColumns, fieldNamed, useObject } from '../api/model';
import { useList } from '../api/records';
import type { Field, ModelObject, RecordData, Titles } from '../api/types';
import { Lost } from '../app/Lost';
import { useTranslation } from '../app/i18n';
import { kept, useKept } from '../app/store';
import { Icon } from '../parts/Icon';
import { Empty, Failure } from '../parts/states';
import { useDebounced } from '../parts/useDebounced';
import { useFormat } from '../parts/useFormat';
import { usePhone } from '../parts/useNarrow';
import { useTitle } from '../parts/useTitle';
import { Cards } from './Cards';
import { ColumnsButton } from './ColumnsButton';
import { ExportButton } from './ExportButton';
import { useFilter } from './FilterBar';
import { Grid } from './Grid';
import { type ListState, nextSort, readState, writeState } from './state';
import { useListKeys } from './useListKeys';
import { ViewTabs } from './ViewTabs';
import '../styles/list.css';
import '../styles/field.css';

const BulkBar = lazy(() => import('./BulkBar'));

export function ListPage() {
  const { plural } = useParams();
  const object = useObject(plural);
  return object ? <List key={object.plural} object={object} /> : <Lost />;
}

const chosenColumns = kept<Record<string, string[]>>('columns', {});

function useListState(): [ListState, (next: Partial<ListState>) => void] {
  const [query, setQuery] = useSearchParams();
  const state = useMemo(() => readState(query), [query]);
  return [state, (next) => setQuery(writeState({ ...state, ...next }), { replace: 'q' in next })];
}

function List({ object }: { object: ModelObject }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const location = useLocation();
  const phone = usePhone();
  const [state, change] = useListState();
  const stored = useKept(chosenColumns)[object.name];
  const names = state.columns ?? stored ?? defaultColumns(object);
  const columns = useMemo(
    () => names.flatMap((n) => fieldNamed(object, n) ?? []),
    [names.join(), object],
  );
  const list = useList(object.plural, {
    where: state.where ? JSON.stringify(state.where) : '',
    q: useDebounced(state.q, 200),
    sort: state.sort,
  });
  const rows = useMemo(() => list.data?.pages.flatMap((p) => p.data) ?? [], [list.data]);
  const titles = useMemo<Titles>(
    () => Object.assign({}, ...(list.data?.pages.map((p) => p.titles) ?? [])),
    [list.data],
  );
  const filter = useFilter({ object, state, titles, change });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [cursor, setCursor] = useState(-1);
  const search = useRef<{ focus(): void }>(null);
  useTitle(object.plural_label || object.label);

  useEffect(() => {
    setSelected(new Set());
    setCursor(-1);
  }, [state.where, state.q]);

  const open = (r: RecordData) =>
    navigate(`/${object.plural}/${r.id}`, { state: { from: location.search } });
  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    setSelected(next);
  };
  useListKeys({
    count: rows.length,
    cursor,
    setCursor,
    onSearch: () => search.current?.focus(),
    onOpen: (i) => rows[i] && void open(rows[i]),
    onSelect: (i) => rows[i] && toggle(rows[i].id),
    onEdit: (i) => rows[i] && void navigate(`/${object.plural}/${rows[i].id}/edit`),
    onClear: () => setSelected(new Set()),
  });

  const setColumns = (next: string[] | null) => {
    const { [object.name]: _, ...others } = chosenColumns.get();
    chosenColumns.set(next ? { ...others, [object.name]: next } : others);
    if (state.columns) change({ columns: null });
  };
  const onEnd = () => {
    if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
  };
  const filtered = Boolean(state.where || state.q);

  return (
    <div className="list-page">
      <h1 className="hidden-label">{object.plural_label || object.label}</h1>
      <ViewTabs object={object} state={state} columns={names} change={change} />
      <div className="list-tools">
        <Input
          ref={search as never}
          className="list-search"
          prefix={<Icon name="search" size={16} />}
          placeholder={t('list.search', { objects: object.plural_label || object.label })}
          aria-label={t('list.search', { objects: object.plural_label || object.label })}
          allowClear
          value={state.q}
          onChange={(e) => change({ q: e.target.value })}
        />
        {filter.button}
        <span className="spacer" />
        <CountLabel list={list} />
        <ColumnsButton object={object} columns={names} setColumns={setColumns} />
        {object.rights?.export && !phone && (
          <ExportButton object={object} state={state} columns={names} />
        )}
        <CreateButton object={object} />
      </div>
      {filter.chips}
      {list.isError && rows.length === 0 ? (
        <Failure error={list.error} retry={() => void list.refetch()} />
      ) : list.isSuccess && rows.length === 0 ? (
        <NoRows object={object} filtered={filtered} clear={() => change({ where: null, q: '' })} />
      ) : phone ? (
        <Cards
          object={object}
          columns={columns}
          rows={rows}
          titles={titles}
          pending={list.isPending}
          onOpen={open}
          onEnd={onEnd}
        />
      ) : (
        <Grid
          object={object}
          columns={columns}
          rows={rows}
          titles={titles}
          pending={list.isPending}
          more={list.hasNextPage}
          sort={state.sort}
          cursor={cursor}
          selected={selected}
          onSort={(f: Field) => change({ sort: nextSort(state.sort, f.name) })}
          onSelect={setSelected}
          onOpen={open}
          onEnd={onEnd}
        />
      )}
      {selected.size > 0 && (
        <Suspense>
          <BulkBar
            object={object}
            rows={rows.filter((r) => selected.has(r.id))}
            columns={names}
            clear={() => setSelected(new Set())}
          />
        </Suspense>
      )}
    </div>
  );
}

function CountLabel({ list }: { list: ReturnType<typeof useList> }) {
  const { t } = useTranslation();
  const f = useFormat();
  const count = list.data?.pages[0]?.count;
  if (!count) return null;
  const n = f.number(count.value);
  return (
    <span className="list-count" role="status">
      {count.exact ? t('list.count', { count: count.value, n }) : t('list.about', { n })}
    </span>
  );
}

function CreateButton({ object }: { object: ModelObject }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  if (!object.rights?.create) return null;
  const create = () => void navigate(`/${object.plural}/new`);
  const label = t('list.create', { object: object.label });
  if (!object.importable)
    return (
      <Button type="primary" icon={<Icon name="add" size={16} />} onClick={create}>
        {label}
      </Button>
    );
  const items = [
    { key: 'import', label: t('list.import'), icon: <Icon name="import" size={16} /> },
  ];
  return (
    <div className="split-button">
      <Button type="primary" icon={<Icon name="add" size={16} />} onClick={create}>
        {label}
      </Button>
      <Dropdown
        trigger={['click']}
        placement="bottomRight"
        menu={{ items, onClick: () => void navigate(`/imports/new?object=${object.name}`) }}
      >
        <Button
          type="primary"
          aria-label={t('list.moreWays')}
          icon={<Icon name="chevron" size={16} />}
        />
      </Dropdown>
    </div>
  );
}

function NoRows(p: { object: ModelObject; filtered: boolean; clear: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const objects = p.object.plural_label || p.object.label;
  if (p.filtered)
    return (
      <Empty icon="filter" title={t('list.noMatch', { objects })} hint={t('list.noMatchHint')}>
        <Button onClick={p.clear}>{t('list.clearFilter')}</Button>
      </Empty>
    );
  return (
    <Empty icon="people" title={t('list.none', { objects })} hint={t('list.noneHint')}>
      {p.object.importable && p.object.rights?.create && (
        <Button onClick={() => void navigate(`/imports/new?object=${p.object.name}`)}>
          {t('list.import')}
        </Button>
      )}
      <CreateButton object={{ ...p.object, importable: false }} />
    </Empty>
  );
}
