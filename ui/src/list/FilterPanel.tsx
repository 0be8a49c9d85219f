import { useQuery } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { useState } from 'react';
import { api } from '../api/client';
import { isGeneral } from '../api/model';
import type { Count, ModelObject, Titles } from '../api/types';
import { useTranslation } from '../app/i18n';
import {
  freshRow,
  type Group,
  type Opaque,
  operatorsOfPath,
  type Path,
  type Row,
  toCondition,
  withOperator,
} from '../condition/condition';
import { Icon } from '../parts/Icon';
import { useDebounced } from '../parts/useDebounced';
import { useFormat } from '../parts/useFormat';
import { OperandInput } from './OperandInput';

type Item = Row | Group | Opaque;

interface Props {
  object: ModelObject;
  group: Group;
  paths: Path[];
  titles: Titles;
  onApply: (group: Group) => void;
}

export default function FilterPanel({ object, group, paths, titles, onApply }: Props) {
  const { t } = useTranslation();
  const f = useFormat();
  const first = paths[0];
  const [draft, setDraft] = useState<Group>(() =>
    group.items.length || !first ? group : { ...group, items: [freshRow(first)] },
  );
  const where = useDebounced(JSON.stringify(toCondition(draft) ?? {}), 250);
  const count = useQuery({
    queryKey: ['count', object.plural, where],
    queryFn: ({ signal }) =>
      api<{ data: Count }>(`/${object.plural}/count`, {
        method: 'POST',
        body: { where: JSON.parse(where) },
        signal,
      }),
    placeholderData: (old) => old,
    retry: false,
  });
  const n = count.data?.data;
  return (
    <form
      className="filter-panel"
      aria-label={t('filter.button')}
      onSubmit={(e) => {
        e.preventDefault();
        onApply(draft);
      }}
    >
      <GroupRows group={draft} paths={paths} titles={titles} nested={false} onChange={setDraft} />
      <div className="filter-foot">
        <span className="muted" role="status">
          {count.isError
            ? count.error.message
            : n
              ? t('filter.matches', { count: n.value, n: f.number(n.value) })
              : ''}
        </span>
        <Button type="primary" htmlType="submit">
          {t('filter.apply')}
        </Button>
      </div>
    </form>
  );
}

function GroupRows({
  group,
  paths,
  titles,
  nested,
  onChange,
}: {
  group: Group;
  paths: Path[];
  titles: Titles;
  nested: boolean;
  onChange: (group: Group) => void;
}) {
  const { t } = useTranslation();
  const first = paths[0];
  const put = (i: number, item: Item | null) =>
    onChange({
      ...group,
      items: item
        ? group.items.map((old, at) => (at === i ? item : old))
        : group.items.filter((_, at) => at !== i),
    });
  const add = (item: Item) => onChange({ ...group, items: [...group.items, item] });
  return (
    <div className={nested ? 'filter-group filter-nested' : 'filter-group'}>
      {group.items.map((item, i) => (
        <div key={i} className="filter-line">
          <Join
            first={i === 0}
            any={group.any}
            flip={() => onChange({ ...group, any: !group.any })}
          />
          {item.kind === 'row' ? (
            <RowInputs row={item} paths={paths} titles={titles} onChange={(r) => put(i, r)} />
          ) : item.kind === 'group' ? (
            <GroupRows
              group={item}
              paths={paths}
              titles={titles}
              nested
              onChange={(g) => put(i, g.items.length ? g : null)}
            />
          ) : (
            <span className="muted filter-opaque">{t('filter.opaque')}</span>
          )}
          <button
            type="button"
            className="icon-button"
            aria-label={t('filter.remove')}
            onClick={() => put(i, null)}
          >
            <Icon name="close" size={16} />
          </button>
        </div>
      ))}
      {first && (
        <div className="filter-add">
          <button type="button" className="link-button" onClick={() => add(freshRow(first))}>
            {t('filter.add')}
          </button>
          {!nested && (
            <button
              type="button"
              className="link-button"
              onClick={() => add({ kind: 'group', any: !group.any, items: [freshRow(first)] })}
            >
              {t('filter.addGroup')}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Join({ first, any, flip }: { first: boolean; any: boolean; flip: () => void }) {
  const { t } = useTranslation();
  if (first) return <span className="filter-join">{t('filter.where')}</span>;
  return (
    <button type="button" className="filter-join chip-join" title={t('filter.flip')} onClick={flip}>
      {t(any ? 'filter.or' : 'filter.and')}
    </button>
  );
}

const option = (p: Path) => ({ value: p.path, label: p.label });

function fieldOptions(paths: Path[], systemLabel: string) {
  const general = paths.filter((p) => isGeneral(p.field));
  return [
    ...paths.filter((p) => !isGeneral(p.field)).map(option),
    ...(general.length ? [{ label: systemLabel, options: general.map(option) }] : []),
  ];
}

function RowInputs({
  row,
  paths,
  titles,
  onChange,
}: {
  row: Row;
  paths: Path[];
  titles: Titles;
  onChange: (row: Row) => void;
}) {
  const { t } = useTranslation();
  const path = paths.find((p) => p.path === row.field);
  const time = path?.type === 'date' || path?.type === 'instant';
  const choose = (name: string) => {
    const next = paths.find((p) => p.path === name);
    if (next) onChange(freshRow(next));
  };
  return (
    <div className="filter-row">
      <Select
        aria-label={t('filter.field')}
        showSearch={{ optionFilterProp: 'label' }}
        popupMatchSelectWidth={220}
        options={fieldOptions(paths, t('filter.system'))}
        value={row.field}
        onChange={choose}
      />
      {path && (
        <Select
          aria-label={t('filter.operator')}
          popupMatchSelectWidth={160}
          options={operatorsOfPath(path).map((op) => ({
            value: op,
            label: t(time && ['ge', 'lt'].includes(op) ? `op.time.${op}` : `op.${op}`),
          }))}
          value={row.op}
          onChange={(op) => onChange(withOperator(row, op, path.type))}
        />
      )}
      {path && <OperandInput row={row} path={path} titles={titles} onChange={onChange} />}
    </div>
  );
}
