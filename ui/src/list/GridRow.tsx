import { Checkbox } from 'antd';
import { lazy, type MouseEvent, Suspense } from 'react';
import { Link } from 'react-router';
import { recordTitle, titleField } from '../api/model';
import type { Field, RecordData } from '../api/types';
import { useTranslation } from '../app/i18n';
import { isEmpty } from '../field/empty';
import { Value } from '../field/Value';
import { Avatar } from '../parts/Avatar';
import { Icon } from '../parts/Icon';
import type { GridProps } from './Grid';
import { isFigure } from './GridHead';

const CellEditor = lazy(() => import('./CellEditor'));

export function GridRow({
  p,
  row,
  index,
  onSelect,
}: {
  p: GridProps;
  row: RecordData;
  index: number;
  onSelect: (shift: boolean) => void;
}) {
  const { t } = useTranslation();
  const on = p.selected.has(row.id);
  const here = index === p.cursor.row;
  const name = recordTitle(p.object, row, p.titles) || t('record.noName');
  return (
    <tr
      aria-rowindex={index + 2}
      aria-selected={on}
      className={here ? 'grid-cursor' : undefined}
    >
      <td className="grid-check">
        <Checkbox
          aria-label={t('list.selectRow', { name })}
          checked={on}
          onChange={(e) => onSelect((e.nativeEvent as unknown as { shiftKey: boolean }).shiftKey)}
        />
      </td>
      {p.columns.map((f, i) => (
        <Cell
          key={f.name}
          p={p}
          row={row}
          field={f}
          index={index}
          col={i}
          here={here && i === p.cursor.col}
          name={name}
        />
      ))}
    </tr>
  );
}

interface CellProps {
  p: GridProps;
  row: RecordData;
  field: Field;
  index: number;
  col: number;
  here: boolean;
  name: string;
}

const controls = 'a, input, label, button:not(.grid-tool)';
const onControl = (e: MouseEvent) => Boolean((e.target as Element).closest(controls));

/** What the width cuts off is read by resting on it. */
function tellWhole(e: MouseEvent<HTMLTableCellElement>) {
  const td = e.currentTarget;
  const text = td.querySelector<HTMLElement>('.grid-title > span:last-child') ?? td;
  const parts = [text, ...td.querySelectorAll('.badge')];
  td.title = parts.some((x) => x.scrollWidth > x.clientWidth) ? text.innerText : '';
}

function Cell({ p, row, field, index, col, here, name }: CellProps) {
  const editable = p.canEdit(row, field);
  const editing = here && p.editing;
  const open = here && !editing;
  const names = [
    isFigure(field) && 'grid-figure',
    here && 'grid-cell',
    editing && 'grid-editing',
    open && 'grid-cell-open',
    open && col > 0 && col >= p.columns.length / 2 && 'grid-cell-end',
  ].filter(Boolean);
  const shown =
    col === 0 ? (
      <Title p={p} row={row} field={field} name={name} />
    ) : (
      <Value field={field} value={row[field.name]} titles={p.titles} compact />
    );
  return (
    <td
      className={names.length ? names.join(' ') : undefined}
      onMouseEnter={tellWhole}
      onClick={(e) => {
        if (!open && !onControl(e) && !getSelection()?.toString()) p.onCursor({ row: index, col });
      }}
      onDoubleClick={(e) => {
        if (onControl(e)) return;
        getSelection()?.removeAllRanges();
        if (editable) p.onEdit({ row: index, col });
        else p.onOpen(row);
      }}
    >
      {open ? (
        <span className="grid-open">
          <span className="grid-open-value">{shown}</span>
          <Tools p={p} row={row} field={field} at={{ row: index, col }} />
        </span>
      ) : (
        shown
      )}
      {editing && (
        <Suspense>
          <CellEditor
            object={p.object}
            record={row}
            field={field}
            titles={p.titles}
            onEnd={p.onEndEdit}
          />
        </Suspense>
      )}
    </td>
  );
}

function Title({
  p,
  row,
  field,
  name,
}: {
  p: GridProps;
  row: RecordData;
  field: Field;
  name: string;
}) {
  const value = row[field.name];
  const nothing = field.name === titleField(p.object) ? name : '—';
  return (
    <Link className="grid-title" to={`/${p.object.plural}/${row.id}`}>
      {p.object.root === 'self' && <Avatar id={row.id} name={name} size={22} />}
      <span>
        {isEmpty(value) ? nothing : <Value field={field} value={value} titles={p.titles} compact />}
      </span>
    </Link>
  );
}

/** The second click of a double one is for the cell, although the tool stands there since the first. */
const once = (work: () => void) => (e: MouseEvent) => e.detail < 2 && work();

/** What can be done with the cell at the cursor; by keys: F2 or Enter, and f. */
function Tools({
  p,
  row,
  field,
  at,
}: {
  p: GridProps;
  row: RecordData;
  field: Field;
  at: { row: number; col: number };
}) {
  const { t } = useTranslation();
  const filterable = p.canFilter(field);
  const editable = p.canEdit(row, field);
  if (!filterable && !editable) return null;
  return (
    <span className="grid-tools">
      {filterable && (
        <button
          type="button"
          className="grid-tool"
          title={t('list.filterBy')}
          aria-label={t('list.filterBy')}
          onClick={once(() => p.onFilterBy(row, field))}
        >
          <Icon name="filter" size={14} />
        </button>
      )}
      {editable && (
        <button
          type="button"
          className="grid-tool"
          title={t('record.change', { field: field.label })}
          aria-label={t('record.change', { field: field.label })}
          onClick={once(() => p.onEdit(at))}
        >
          <Icon name="edit" size={14} />
        </button>
      )}
    </span>
  );
}
