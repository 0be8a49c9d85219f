import { Dropdown } from 'antd';
import { Link, useLocation } from 'react-router';
import { Icon } from '../parts/Icon';
import { usePhone } from '../parts/useNarrow';
import { useTranslation } from './i18n';
import { currentSection, isUnder, type MenuLink, type MenuSection } from './menu';

/** Where one is. On the phone it opens the other pages of the section, for which there is no rail. */
export function Where({ menu }: { menu: MenuSection[] }) {
  const { pathname } = useLocation();
  const phone = usePhone();
  const section = currentSection(menu, pathname);
  const link = section?.links.find((l) => isUnder(pathname, l));
  if (phone && section && link && section.links.length > 1)
    return (
      <div className="where">
        <Pages links={section.links} here={link} />
      </div>
    );
  return (
    <div className="where">
      {section && <span className="where-section">{section.label}</span>}
      {link && (
        <Link to={link.to} className="where-page">
          {link.label}
        </Link>
      )}
    </div>
  );
}

function Pages({ links, here }: { links: MenuLink[]; here: MenuLink }) {
  const { t } = useTranslation();
  const items = links.map((l) => ({ key: l.to, label: <Link to={l.to}>{l.label}</Link> }));
  return (
    <Dropdown
      trigger={['click']}
      rootClassName="where-menu"
      menu={{ items, selectedKeys: [here.to] }}
    >
      <button type="button" className="where-pages" aria-haspopup="menu">
        <span className="hidden-label">{t('shell.pages')}</span>
        <span className="where-page">{here.label}</span>
        <Icon name="chevron" size={16} />
      </button>
    </Dropdown>
  );
}
