import { useEffect, useEffectEvent } from 'react';

interface Keys {
  on: boolean;
  row: number;
  move: (rowsBy: number, colsBy: number) => void;
  onSearch: () => void;
  /** Enter: writes the cell at the cursor, or opens the record. */
  onEnter: () => void;
  onEditCell: () => void;
  onFilter: () => void;
  onSelect: () => void;
  onEdit: () => void;
  onClear: () => void;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

const inFront = 'dialog[open], .ant-popover:not(.ant-popover-hidden)';
const arrows = new Set(['ArrowDown', 'ArrowUp', 'ArrowLeft', 'ArrowRight']);

/** j k and arrows move, Enter opens or writes, F2 writes, f filters, x selects, e edits, / searches, Esc clears. */
export function useListKeys(keys: Keys) {
  const act = useEffectEvent((key: string, onButton: boolean): boolean => {
    const here = keys.row >= 0;
    if (onButton && (key === 'Enter' || arrows.has(key))) return false;
    if (key === 'j' || key === 'ArrowDown') keys.move(1, 0);
    else if (key === 'k' || key === 'ArrowUp') keys.move(-1, 0);
    else if (key === 'ArrowLeft' && here) keys.move(0, -1);
    else if (key === 'ArrowRight' && here) keys.move(0, 1);
    else if (key === 'Enter' && here) keys.onEnter();
    else if (key === 'F2' && here) keys.onEditCell();
    else if (key === 'f' && here) keys.onFilter();
    else if (key === 'x' && here) keys.onSelect();
    else if (key === 'e' && here) keys.onEdit();
    else if (key === '/') keys.onSearch();
    else if (key === 'Escape') keys.onClear();
    else return false;
    return true;
  });
  const { on } = keys;
  useEffect(() => {
    if (!on) return;
    const onKey = (e: KeyboardEvent) => {
      if (e.metaKey || e.ctrlKey || e.altKey || e.isComposing || isTyping(e.target)) return;
      if (document.querySelector(inFront)) return;
      const button = e.target instanceof HTMLElement && /^(BUTTON|A)$/.test(e.target.tagName);
      if (!act(e.key, button)) return;
      // Enter is for the cell from here on, not for a button that was clicked before.
      if (button) (e.target as HTMLElement).blur();
      e.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [on]);
}
