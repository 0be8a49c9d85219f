import { useVirtualizer } from '@tanstack/react-virtual';
import { Checkbox } from 'antd';
import { type MouseEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import { recordTitle, titleField, valueType } from '../api/model';
import type { Field, ModelObject, RecordData, Titles } from '../api/types';
import { useTranslation } from '../app/i18n';
import { kept, useKept } from '../app/store';
import { isEmpty, Value } from '../field/Value';
import { Avatar } from '../parts/Avatar';
import { Icon } from '../parts/Icon';
import { readSort } from './state';

const rowHeight = 36;
const ahead = 12;
const skeletonRows = 14;

const widths = kept<Record<string, number>>('widths', {});

function defaultWidth(f: Field, isTitle: boolean): number {
  if (isTitle) return 220;
  switch (valueType(f)) {
    case 'boolean':
      return 90;
    case 'number':
    case 'percent':
      return 110;
    case 'money':
    case 'date':
    case 'instant':
    case 'choice':
      return 130;
    case 'tags':
    case 'multi_choice':
    case 'multi_ref':
    case 'address':
    case 'email':
      return 200;
    default:
      return 150;
  }
}

export const isFigure = (f: Field) => ['number', 'percent', 'money'].includes(valueType(f));

export interface GridProps {
  object: ModelObject;
  columns: Field[];
  rows: RecordData[];
  titles: Titles;
  pending: boolean;
  more: boolean;
  sort: string;
  cursor: number;
  selected: ReadonlySet<string>;
  onSort: (f: Field) => void;
  onSelect: (ids: ReadonlySet<string>) => void;
  onOpen: (r: RecordData) => void;
  onEnd: () => void;
}

export function Grid(p: GridProps) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const last = useRef<number | null>(null);
  const own = useKept(widths);
  const title = titleField(p.object);
  const virtual = useVirtualizer({
    count: p.rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: ahead,
  });
  const items = virtual.getVirtualItems();
  const lastSeen = items.at(-1)?.index ?? -1;
  const columns = p.columns;
  const widthOf = (f: Field) =>
    own[`${p.object.name}.${f.name}`] ?? defaultWidth(f, f.name === title);
  const total = columns.reduce((sum, f) => sum + widthOf(f), 44);

  useEffect(() => {
    if (lastSeen >= p.rows.length - ahead && p.rows.length > 0) p.onEnd();
  }, [lastSeen, p.rows.length, p.onEnd]);
  useEffect(() => {
    if (p.cursor >= 0) virtual.scrollToIndex(p.cursor);
  }, [p.cursor, virtual]);

  const select = (index: number, shift: boolean) => {
    const next = new Set(p.selected);
    const from = shift && last.current !== null ? last.current : index;
    const on = !next.has(p.rows[index]?.id ?? '');
    for (let i = Math.min(from, index); i <= Math.max(from, index); i++) {
      const id = p.rows[i]?.id;
      if (id && on) next.add(id);
      else if (id) next.delete(id);
    }
    last.current = index;
    p.onSelect(next);
  };
  const all = p.rows.length > 0 && p.rows.every((r) => p.selected.has(r.id));
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const label = p.object.plural_label || p.object.label;

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region is reached by keyboard
    <section className="grid" ref={box} tabIndex={0} aria-label={label}>
      <table style={{ width: total }} aria-rowcount={p.more ? -1 : p.rows.length + 1}>
        <colgroup>
          <col style={{ width: 44 }} />
          {columns.map((f) => (
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
                onChange={() => p.onSelect(new Set(all ? [] : p.rows.map((r) => r.id)))}
              />
            </th>
            {columns.map((f) => (
              <Head
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
          <SkeletonBody columns={columns.length} />
        ) : (
          <tbody>
            {above > 0 && <tr style={{ height: above }} />}
            {items.map((item) => {
              const row = p.rows[item.index];
              return row ? (
                <GridRow
                  key={row.id}
                  p={p}
                  row={row}
                  index={item.index}
                  title={title}
                  onSelect={(shift) => select(item.index, shift)}
                />
              ) : null;
            })}
            {below > 0 && <tr style={{ height: below }} />}
          </tbody>
        )}
      </table>
      {p.more && !p.pending && <p className="grid-more">{t('state.loading')}</p>}
    </section>
  );
}

function SkeletonBody({ columns }: { columns: number }) {
  return (
    <tbody aria-hidden="true">
      {Array.from({ length: skeletonRows }, (_, i) => (
        <tr key={i}>
          <td className="grid-check" />
          {Array.from({ length: columns }, (_, c) => (
            <td key={c}>
              <span className="skeleton-cell" />
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}

function Head({
  field,
  sort,
  width,
  onSort,
  onResize,
}: {
  field: Field;
  sort: string;
  width: number;
  onSort: () => void;
  onResize: (w: number) => void;
}) {
  const [first] = readSort(sort);
  const down = first?.field === field.name ? first.down : null;
  const sorted = down === null ? undefined : down ? 'descending' : 'ascending';
  return (
    <th aria-sort={sorted} className={isFigure(field) ? 'grid-figure' : undefined}>
      {field.sortable === false ? (
        <span className="grid-label">{field.label}</span>
      ) : (
        <button type="button" className="grid-label" onClick={onSort} title={field.help}>
          {field.label}
          {down !== null && <Icon name={down ? 'arrowDown' : 'arrowUp'} size={14} />}
        </button>
      )}
      <Resizer width={width} onResize={onResize} />
    </th>
  );
}

function Resizer({ width, onResize }: { width: number; onResize: (w: number) => void }) {
  const [start, setStart] = useState<{ x: number; width: number } | null>(null);
  const begin = (e: PointerEvent<HTMLSpanElement>) => {
    e.currentTarget.setPointerCapture(e.pointerId);
    setStart({ x: e.clientX, width });
  };
  return (
    <span
      className="grid-resize"
      aria-hidden="true"
      onPointerDown={begin}
      onPointerMove={(e) =>
        start && onResize(Math.max(64, Math.round(start.width + e.clientX - start.x)))
      }
      onPointerUp={() => setStart(null)}
    />
  );
}

function GridRow({
  p,
  row,
  index,
  title,
  onSelect,
}: {
  p: GridProps;
  row: RecordData;
  index: number;
  title: string;
  onSelect: (shift: boolean) => void;
}) {
  const { t } = useTranslation();
  const on = p.selected.has(row.id);
  const open = (e: MouseEvent) => {
    if ((e.target as Element).closest('a,button,input,label') || getSelection()?.toString()) return;
    p.onOpen(row);
  };
  const name = recordTitle(p.object, row, p.titles) || t('record.noName');
  return (
    <tr
      aria-rowindex={index + 2}
      aria-selected={on}
      className={index === p.cursor ? 'grid-cursor' : undefined}
      onClick={open}
    >
      <td className="grid-check">
        <Checkbox
          aria-label={t('list.selectRow', { name: name })}
          checked={on}
          onChange={(e) => onSelect((e.nativeEvent as unknown as { shiftKey: boolean }).shiftKey)}
        />
      </td>
      {p.columns.map((f, i) => (
        <td key={f.name} className={isFigure(f) ? 'grid-figure' : undefined}>
          {i === 0 ? (
            <Link className="grid-title" to={`/${p.object.plural}/${row.id}`}>
              {p.object.root === 'self' && <Avatar id={row.id} name={name} size={22} />}
              <span>
                {isEmpty(row[f.name]) ? (
                  f.name === title ? (
                    name
                  ) : (
                    '—'
                  )
                ) : (
                  <Value field={f} value={row[f.name]} titles={p.titles} compact />
                )}
              </span>
            </Link>
          ) : (
            <Value field={f} value={row[f.name]} titles={p.titles} compact />
          )}
        </td>
      ))}
    </tr>
  );
}
