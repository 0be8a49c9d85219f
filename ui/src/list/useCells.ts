import { useRef, useState } from 'react';
import { isWritable, mayUpdate } from '../api/model';
import { useSession } from '../api/session';
import type { Field, RecordData } from '../api/types';
import { narrowed, rowsFor } from '../condition/byValue';
import { fromCondition, toCondition } from '../condition/condition';
import { isMasked } from '../record/masked';
import type { Cursor } from './Grid';
import type { ListState } from './state';

const nowhere: Cursor = { row: -1, col: 0 };

/** Written in a place of their own, too large for a cell. */
const large = new Set(['rich_text', 'json', 'file', 'image', 'geo', 'address']);

const canEdit = (r: RecordData, f: Field) =>
  mayUpdate(r) && isWritable(f) && !large.has(f.type) && !isMasked(r, f);

/** The cell at the cursor: moved by keys and clicks, written in place, taken as a filter. */
export function useCells({
  rows,
  columns,
  state,
  change,
}: {
  rows: RecordData[];
  columns: Field[];
  state: ListState;
  change: (next: Partial<ListState>) => void;
}) {
  const { user } = useSession();
  const [cursor, setCursor] = useState<Cursor>(nowhere);
  const [editing, setEditing] = useState(false);
  const wanted = useRef<Cursor | null>(null);
  const at = (c: Cursor) => {
    const record = rows[c.row];
    const field = columns[c.col];
    return record && field ? { record, field } : null;
  };
  // While a cell is written the cursor waits until that is saved or given up.
  const go = (next: Cursor) => {
    if (editing) wanted.current = next;
    else setCursor(next);
  };
  const edit = (c: Cursor): boolean => {
    const cell = at(c);
    if (!cell || !canEdit(cell.record, cell.field)) return false;
    setCursor(c);
    setEditing(true);
    return true;
  };
  const filterBy = (r: RecordData, f: Field) => {
    const found = rowsFor(f, r[f.name], user.time_zone ?? undefined);
    change({ where: toCondition(narrowed(fromCondition(state.where), found)) });
  };

  return {
    cursor,
    editing,
    canEdit,
    edit,
    go,
    filterBy,
    reset: () => {
      setEditing(false);
      setCursor(nowhere);
    },
    filterHere: () => {
      const cell = at(cursor);
      if (cell) filterBy(cell.record, cell.field);
    },
    move: (rowsBy: number, colsBy: number) =>
      go({
        row: Math.max(0, Math.min(rows.length - 1, cursor.row + rowsBy)),
        col: Math.max(0, Math.min(columns.length - 1, cursor.col + colsBy)),
      }),
    /** After Tab the next cell of the row that can be written is opened. */
    endEdit: (move: -1 | 0 | 1) => {
      setEditing(false);
      if (wanted.current) setCursor(wanted.current);
      wanted.current = null;
      if (move === 0) return;
      for (let col = cursor.col + move; columns[col]; col += move)
        if (edit({ row: cursor.row, col })) return;
    },
  };
}
