import { type RefObject, useEffect, useState } from 'react';

/** Which rows of one height are in sight of a scrolled box, with some before and after. */
export function useRows(
  box: RefObject<HTMLElement | null>,
  count: number,
  height: number,
  ahead: number,
) {
  const [seen, setSeen] = useState({ first: 0, last: 40 });
  useEffect(() => {
    const node = box.current;
    if (!node) return;
    const measure = () => {
      const first = Math.floor(node.scrollTop / height);
      const last = Math.ceil((node.scrollTop + node.clientHeight) / height);
      setSeen((old) => (old.first === first && old.last === last ? old : { first, last }));
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(node);
    node.addEventListener('scroll', measure, { passive: true });
    return () => {
      watch.disconnect();
      node.removeEventListener('scroll', measure);
    };
  }, [box, height]);
  const start = Math.max(0, Math.min(seen.first - ahead, count));
  const end = Math.min(count, seen.last + ahead);
  return { start, end: Math.max(start, end) };
}

/** Scrolls a row into sight below a sticky head of the same height. */
export function revealRow(box: HTMLElement, index: number, height: number) {
  const top = index * height;
  if (top < box.scrollTop) box.scrollTop = top;
  const room = box.clientHeight - 2 * height;
  if (top > box.scrollTop + room) box.scrollTop = top - room;
}
