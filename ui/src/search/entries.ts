import type { ReactNode } from 'react';
import type { Model } from '../api/types';
import type { MenuSection } from '../app/menu';

/** A line of the palette: where one can go. */
export interface Entry {
  key: string;
  group: string;
  to: string;
  title: string;
  beside?: ReactNode;
  record?: string;
}

/** Pages to go to and records to make. */
export function commands(
  menu: MenuSection[],
  model: Model,
  words: string,
  t: (k: string) => string,
) {
  const wanted = words.trim().toLowerCase();
  const fits = (text: string) => text.toLowerCase().includes(wanted);
  const go: Entry[] = menu.flatMap((s) =>
    s.links
      .filter((l) => fits(l.label) || fits(l.to))
      .map((l) => ({
        key: `go${l.to}`,
        group: t('search.go'),
        to: l.to,
        title: l.label,
        beside: s.label,
      })),
  );
  const make: Entry[] = model.objects
    .filter((o) => o.menu && o.rights?.create && wanted && (fits(o.label) || fits(o.plural)))
    .map((o) => ({
      key: `new${o.plural}`,
      group: t('search.create'),
      to: `/${o.plural}/new`,
      title: o.label,
    }));
  return [...go.slice(0, wanted ? 6 : 12), ...make.slice(0, 4)];
}

/** Entries in the order of their groups' first appearance. */
export function grouped(entries: Entry[]): Entry[] {
  const order = [...new Set(entries.map((e) => e.group))];
  return order.flatMap((g) => entries.filter((e) => e.group === g));
}
