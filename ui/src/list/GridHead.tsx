import { type PointerEvent, useState } from 'react';
import { valueType } from '../api/model';
import type { Field } from '../api/types';
import { Icon } from '../parts/Icon';
import { readSort } from './state';

export const isFigure = (f: Field) => ['number', 'percent', 'money'].includes(valueType(f));

export function GridHead({
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
