import { useEffect, useRef } from 'react';

interface Keys {
  count: number;
  cursor: number;
  setCursor: (i: number) => void;
  onSearch: () => void;
  onOpen: (i: number) => void;
  onSelect: (i: number) => void;
  onEdit: (i: number) => void;
  onClear: () => void;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** j k move, Enter opens, x selects, e edits, / searches, Esc clears. */
export function useListKeys(keys: Keys) {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if (e.metaKey || e.ctrlKey || e.altKey || e.isComposing || isTyping(e.target)) return;
      if (
        document.querySelector(
          'dialog[open], .ant-modal-wrap, .ant-popover:not(.ant-popover-hidden)',
        )
      )
        return;
      const k = latest.current;
      const at = k.cursor;
      const onButton = e.target instanceof HTMLElement && /^(BUTTON|A)$/.test(e.target.tagName);
      // Enter is for the row from here on, not for a button that was clicked before.
      const move = (i: number) => {
        if (onButton) (e.target as HTMLElement).blur();
        k.setCursor(i);
      };
      if (e.key === 'j' || (e.key === 'ArrowDown' && !onButton))
        move(Math.min(at + 1, k.count - 1));
      else if (e.key === 'k' || (e.key === 'ArrowUp' && !onButton)) move(Math.max(at - 1, 0));
      else if (e.key === 'Enter' && at >= 0 && !onButton) k.onOpen(at);
      else if (e.key === 'x' && at >= 0) k.onSelect(at);
      else if (e.key === 'e' && at >= 0) k.onEdit(at);
      else if (e.key === '/') k.onSearch();
      else if (e.key === 'Escape') k.onClear();
      else return;
      e.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
