import { type RefObject, useEffect, useLayoutEffect } from 'react';
import { useLocation } from 'react-router';

/** How far down each visit of a list was, by its entry in the browser's history. */
const places = new Map<string, number>();

/** Whoever comes back to a list finds it where it was left; a new visit begins at the top. */
export function usePlace(inside: RefObject<HTMLElement | null>, hasRows: boolean) {
  const { key } = useLocation();
  useLayoutEffect(() => {
    const box = inside.current?.closest('.grid, main');
    if (box && hasRows) box.scrollTop = places.get(key) ?? box.scrollTop;
  }, [inside, key, hasRows]);
  useEffect(() => {
    const box = inside.current?.closest('.grid, main');
    if (!box || !hasRows) return;
    const note = () => places.set(key, box.scrollTop);
    box.addEventListener('scroll', note, { passive: true });
    return () => box.removeEventListener('scroll', note);
  }, [inside, key, hasRows]);
}
