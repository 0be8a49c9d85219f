import { Checkbox } from 'antd';
import { useEffect, useRef } from 'react';
import { titleField } from '../api/model';
import type { Field, ModelObject, RecordData, Titles } from '../api/types';
import { useTranslation } from '../app/i18n';
import { kept, useKept } from '../app/store';
import { GridHead } from './GridHead';
import { GridRow } from './GridRow';
import type { Selection } from './selection';
import { usePlace } from './usePlace';
import { revealRow, useRows } from './useRows';
import { widthFor } from './widths';

const rowHeight = 36;
const ahead = 12;
const skeletonRows = 14;
const checkWidth = 44;

const widths = kept<Record<string, number>>('widths', {});

/** Where the keys are: a row, and in it a column. row -1: nowhere yet. */
export interface Cursor {
  row: number;
  col: number;
}

export interface GridProps {
  object: ModelObject;
  columns: Field[];
  rows: RecordData[];
  titles: Titles;
  pending: boolean;
  /** The rows still are those of the question before. */
  old: boolean;
  more: boolean;
  sort: string;
  cursor: Cursor;
  editing: boolean;
  selected: Selection;
  canEdit: (r: RecordData, f: Field) => boolean;
  canFilter: (f: Field) => boolean;
  onCursor: (at: Cursor) => void;
  onEdit: (at: Cursor) => void;
  onEndEdit: (move: -1 | 0 | 1) => void;
  onFilterBy: (r: RecordData, f: Field) => void;
  onSort: (f: Field) => void;
  onSelect: (next: Selection) => void;
  onOpen: (r: RecordData) => void;
  onEnd: () => void;
}

export function Grid(p: GridProps) {
  const { t } = useTranslation();
  const box = useRef<HTMLElement>(null);
  const last = useRef<number | null>(null);
  const own = useKept(widths);
  const title = titleField(p.object);
  usePlace(box, p.rows.length > 0);
  const { start, end } = useRows(box, p.rows.length, rowHeight, ahead);
  const widthOf = (f: Field) =>
    own[`${p.object.name}.${f.name}`] ?? widthFor(f, f.name === title);
  const total = p.columns.reduce((sum, f) => sum + widthOf(f), checkWidth);
  const { onEnd } = p;

  useEffect(() => {
    if (p.rows.length > 0 && end >= p.rows.length) onEnd();
  }, [end, p.rows.length, onEnd]);
  useEffect(() => {
    if (box.current && p.cursor.row >= 0) revealRow(box.current, p.cursor.row, rowHeight);
  }, [p.cursor.row]);

  const select = (index: number, shift: boolean) => {
    const next = new Map(p.selected);
    const from = shift && last.current !== null ? last.current : index;
    const on = !next.has(p.rows[index]?.id ?? '');
    for (const r of p.rows.slice(Math.min(from, index), Math.max(from, index) + 1)) {
      if (on) next.set(r.id, r);
      else next.delete(r.id);
    }
    last.current = index;
    p.onSelect(next);
  };
  const all = p.rows.length > 0 && p.rows.every((r) => p.selected.has(r.id));

  return (
    <section
      className={p.old ? 'grid grid-old' : 'grid'}
      ref={box}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard
      tabIndex={0}
      aria-label={p.object.plural_label || p.object.label}
      aria-busy={p.old}
    >
      <table style={{ width: total }} aria-rowcount={p.more ? -1 : p.rows.length + 1}>
        <colgroup>
          <col style={{ width: checkWidth }} />
          {p.columns.map((f) => (
            <col key={f.name} style={{ width: widthOf(f) }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            <th className="grid-check">
              <Checkbox
                aria-label={t('list.selectAll')}
                checked={all}
                indeterminate={!all && p.selected.size > 0}
                onChange={() => p.onSelect(new Map(all ? [] : p.rows.map((r) => [r.id, r])))}
              />
            </th>
            {p.columns.map((f) => (
              <GridHead
                key={f.name}
                field={f}
                sort={p.sort}
                width={widthOf(f)}
                onSort={() => p.onSort(f)}
                onResize={(w) => widths.set({ ...widths.get(), [`${p.object.name}.${f.name}`]: w })}
              />
            ))}
          </tr>
        </thead>
        {p.pending ? (
          <SkeletonBody columns={p.columns.length} />
        ) : (
          <tbody>
            {start > 0 && <tr style={{ height: start * rowHeight }} />}
            {p.rows.slice(start, end).map((row, i) => (
              <GridRow
                key={row.id}
                p={p}
                row={row}
                index={start + i}
                onSelect={(shift) => select(start + i, shift)}
              />
            ))}
            {end < p.rows.length && <tr style={{ height: (p.rows.length - end) * rowHeight }} />}
          </tbody>
        )}
      </table>
    </section>
  );
}

function SkeletonBody({ columns }: { columns: number }) {
  return (
    <tbody aria-hidden="true">
      {Array.from({ length: skeletonRows }, (_, i) => (
        <tr key={i}>
          <td className="grid-check" />
          {Array.from({ length: columns }, (__, c) => (
            <td key={c}>
              <span className="skeleton-cell" />
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}
