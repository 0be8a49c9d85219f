import { mayReadCustomers, useModel } from '../api/model';
import { useMayImport } from '../api/session';
import type { Model, ModelObject } from '../api/types';
import type { IconName } from '../parts/Icon';
import { useTranslation, type Translate } from './i18n';

export interface MenuLink {
  to: string;
  label: string;
}

export interface MenuSection {
  key: string;
  label: string;
  icon: IconName;
  links: MenuLink[];
}

const sections: [string, IconName][] = [
  ['today', 'home'],
  ['customers', 'people'],
  ['inbox', 'inbox'],
  ['sales', 'target'],
  ['marketing', 'megaphone'],
  ['social', 'share'],
  ['community', 'chat'],
  ['service', 'wrench'],
  ['loyalty', 'gift'],
  ['stock', 'archive'],
  ['insight', 'chart'],
  ['settings', 'settings'],
];

function objectLinks(model: Model, section: string): MenuLink[] {
  return model.objects
    .filter((o) => o.menu?.section === section)
    .toSorted((a, b) => (a.menu?.order ?? 0) - (b.menu?.order ?? 0))
    .map((o) => ({ to: `/${o.plural}`, label: o.plural_label || o.label }));
}

function mayImport(model: Model): boolean {
  return model.objects.some((o) => o.importable && o.rights?.create !== false);
}

function toolLinks(model: Model, section: string, imports: boolean, t: Translate): MenuLink[] {
  if (section === 'customers')
    return [
      ...(imports && mayImport(model) ? [{ to: '/imports', label: t('menu.imports') }] : []),
      ...(mayReadCustomers(model) ? [{ to: '/quality', label: t('menu.quality') }] : []),
    ];
  if (section === 'settings')
    return [
      { to: '/jobs', label: t('menu.jobs') },
      { to: '/settings/profile', label: t('menu.profile') },
      { to: '/settings/security', label: t('menu.security') },
    ];
  return [];
}

/** The rail: what the model offers and this user may see, and nothing else. */
export function useMenu(): MenuSection[] {
  const { t } = useTranslation();
  const model = useModel();
  const imports = useMayImport();
  return sections.flatMap(([key, icon]) => {
    const links = [...objectLinks(model, key), ...toolLinks(model, key, imports, t)];
    return links.length ? [{ key, icon, label: t(`section.${key}`), links }] : [];
  });
}

export function isUnder(path: string, link: MenuLink): boolean {
  return path === link.to || path.startsWith(`${link.to}/`);
}

export function currentSection(menu: MenuSection[], path: string): MenuSection | undefined {
  return menu.find((s) => s.links.some((l) => isUnder(path, l)));
}

export function sectionOf(menu: MenuSection[], o: ModelObject): MenuSection | undefined {
  return menu.find((s) => s.links.some((l) => l.to === `/${o.plural}`));
}
