import { useMemo } from 'react';
import { defaultColumns, fieldNamed } from '../api/model';
import type { ModelObject } from '../api/types';
import { kept, useKept } from '../app/store';
import { without } from '../parts/without';
import type { ListState } from './state';

const chosen = kept<Record<string, string[]>>('columns', {});

/** The columns of a list: those of its address (a view's), else those chosen in this browser. */
export function useColumns(
  object: ModelObject,
  state: ListState,
  change: (next: Partial<ListState>) => void,
) {
  const stored = useKept(chosen)[object.name];
  const names = state.columns ?? stored ?? defaultColumns(object);
  const shown = names.join();
  const columns = useMemo(
    () => shown.split(',').flatMap((n) => fieldNamed(object, n) ?? []),
    [shown, object],
  );
  const setColumns = (next: string[] | null) => {
    const others = without(chosen.get(), object.name);
    chosen.set(next ? { ...others, [object.name]: next } : others);
    if (state.columns) change({ columns: null });
  };
  return { names, columns, setColumns };
}
