import { Button, Input } from 'antd';
import { lazy, Suspense, useCallback, useMemo, useRef, useState } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { mayUpdate, useObject } from '../api/model';
import { type ListQuery, useList } from '../api/records';
import type { Field, ModelObject, RecordData, Titles } from '../api/types';
import { Lost } from '../app/Lost';
import { useTranslation } from '../app/i18n';
import { isFilterable } from '../condition/byValue';
import { Icon } from '../parts/Icon';
import { Failure } from '../parts/states';
import { useDebounced } from '../parts/useDebounced';
import { usePhone } from '../parts/useNarrow';
import { useTitle } from '../parts/useTitle';
import { Cards } from './Cards';
import { ColumnsButton } from './ColumnsButton';
import { ExportButton } from './ExportButton';
import { useFilter } from './FilterBar';
import { Grid } from './Grid';
import { CountLabel, CreateButton, ListTrouble, NoRows } from './ListParts';
import { nothing, type Selection } from './selection';
import { type ListState, nextSort, readState, writeState } from './state';
import { useCells } from './useCells';
import { useColumns } from './useColumns';
import { useListKeys } from './useListKeys';
import { ViewTabs } from './ViewTabs';
import '../styles/list.css';
import '../styles/field.css';
import '../styles/form.css';

const BulkBar = lazy(() => import('./BulkBar'));

export function ListPage() {
  const { plural } = useParams();
  const object = useObject(plural);
  return object ? <List key={object.plural} object={object} /> : <Lost />;
}

function useListState(): [ListState, (next: Partial<ListState>) => void] {
  const [query, setQuery] = useSearchParams();
  const state = useMemo(() => readState(query), [query]);
  const change = (next: Partial<ListState>) => {
    // Each letter of a search is no step that one would go back to.
    const typed = Object.keys(next).join() === 'q';
    setQuery(writeState({ ...state, ...next }), { replace: typed });
  };
  return [state, change];
}

/** The rows loaded so far, and what loads more of them when the last is reached. */
function useLoaded(object: ModelObject, query: ListQuery) {
  const list = useList(object.plural, query);
  const rows = useMemo(() => list.data?.pages.flatMap((p) => p.data) ?? [], [list.data]);
  const titles = useMemo<Titles>(
    () => Object.assign({}, ...(list.data?.pages.map((p) => p.titles) ?? [])),
    [list.data],
  );
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  return { list, rows, titles, onEnd };
}

function List({ object }: { object: ModelObject }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const phone = usePhone();
  const [state, change] = useListState();
  const { names, columns, setColumns } = useColumns(object, state, change);
  const query = {
    where: state.where ? JSON.stringify(state.where) : '',
    q: useDebounced(state.q, 200),
    sort: state.sort,
  };
  const { list, rows, titles, onEnd } = useLoaded(object, query);
  const filter = useFilter({ object, state, titles, change });
  const cells = useCells({ rows, columns, state, change });
  const [selected, setSelected] = useState(nothing);
  const search = useRef<{ focus(): void }>(null);
  useTitle(object.plural_label || object.label);

  const asked = `${query.where} ${state.q}`;
  const [before, setBefore] = useState(asked);
  if (before !== asked) {
    setBefore(asked);
    setSelected(nothing);
    cells.reset();
  }

  const open = (r: RecordData) => void navigate(`/${object.plural}/${r.id}`);
  const here = rows[cells.cursor.row];
  useListKeys({
    on: !cells.editing,
    row: here ? cells.cursor.row : -1,
    move: cells.move,
    onSearch: () => search.current?.focus(),
    onEnter: () => {
      if (here && (cells.cursor.col === 0 || !cells.edit(cells.cursor))) open(here);
    },
    onEditCell: () => cells.edit(cells.cursor),
    onFilter: cells.filterHere,
    onSelect: () => here && setSelected(toggled(selected, here)),
    onEdit: () =>
      here && mayUpdate(here) && void navigate(`/${object.plural}/${here.id}/edit`),
    onClear: () => setSelected(nothing),
  });

  const filtered = Boolean(state.where || state.q);
  const clear = () => change({ where: null, q: '' });

  return (
    <div className="list-page">
      <h1 className="hidden-label">{object.plural_label || object.label}</h1>
      <ViewTabs object={object} state={state} columns={names} change={change}>
        {phone && <CountLabel list={list} />}
      </ViewTabs>
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
        {!phone && <span className="spacer" />}
        {!phone && <CountLabel list={list} />}
        <ColumnsButton object={object} columns={names} setColumns={setColumns} />
        {object.rights?.export && !phone && (
          <ExportButton object={object} state={state} columns={names} />
        )}
        <CreateButton object={object} small={phone} />
      </div>
      {filter.chips}
      {list.isError && rows.length === 0 ? (
        <Failure error={list.error} retry={() => void list.refetch()}>
          {filtered && <Button onClick={clear}>{t('list.clearFilter')}</Button>}
        </Failure>
      ) : list.isSuccess && rows.length === 0 ? (
        <NoRows object={object} filtered={filtered} clear={clear} />
      ) : phone ? (
        <Cards
          object={object}
          columns={columns}
          rows={rows}
          titles={titles}
          pending={list.isPending}
          onEnd={onEnd}
        />
      ) : (
        <Grid
          object={object}
          columns={columns}
          rows={rows}
          titles={titles}
          pending={list.isPending}
          old={list.isPlaceholderData}
          more={list.hasNextPage}
          sort={state.sort}
          cursor={cells.cursor}
          editing={cells.editing}
          selected={selected}
          canEdit={cells.canEdit}
          canFilter={isFilterable}
          onCursor={cells.go}
          onEdit={cells.edit}
          onEndEdit={cells.endEdit}
          onFilterBy={cells.filterBy}
          onSort={(f: Field) => change({ sort: nextSort(state.sort, f.name) })}
          onSelect={setSelected}
          onOpen={open}
          onEnd={onEnd}
        />
      )}
      {rows.length > 0 && <ListTrouble list={list} />}
      {selected.size > 0 && (
        <Suspense>
          <BulkBar
            object={object}
            selected={selected}
            rows={rows}
            query={query}
            where={state.where}
            count={list.data?.pages[0]?.count ?? null}
            columns={names}
            select={setSelected}
          />
        </Suspense>
      )}
    </div>
  );
}

function toggled(selected: Selection, r: RecordData): Selection {
  const next = new Map(selected);
  if (!next.delete(r.id)) next.set(r.id, r);
  return next;
}
