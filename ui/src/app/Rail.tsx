import { Link, useLocation } from 'react-router';
import { useSession } from '../api/session';
import { Icon } from '../parts/Icon';
import { useTranslation } from './i18n';
import { currentSection, isUnder, type MenuSection } from './menu';
import { kept, useKept } from './store';

const folded = kept('rail.folded', false);

export function Rail({ menu }: { menu: MenuSection[] }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const { enterprise, demo } = useSession();
  const small = useKept(folded);
  const here = currentSection(menu, pathname);
  return (
    <nav className={small ? 'rail rail-small' : 'rail'} aria-label={t('shell.menu')}>
      <div className="rail-head">
        <img src="/favicon.svg" alt="" width={24} height={24} />
        {!small && (
          <span className="rail-name" title={enterprise}>
            {enterprise || t('app.name')}
          </span>
        )}
        {!small && demo && <span className="badge badge-teal">{t('shell.demo')}</span>}
      </div>
      <ul className="rail-list">
        {menu.map((s) => (
          <li key={s.key}>
            <Link
              to={s.links[0]?.to ?? '/'}
              className="rail-link"
              aria-current={s === here ? 'true' : undefined}
              title={small ? s.label : undefined}
              aria-label={small ? s.label : undefined}
            >
              <Icon name={s.icon} />
              {!small && <span>{s.label}</span>}
            </Link>
            {!small && s === here && s.links.length > 1 && (
              <ul className="rail-sub">
                {s.links.map((l) => (
                  <li key={l.to}>
                    <Link to={l.to} aria-current={isUnder(pathname, l) ? 'page' : undefined}>
                      {l.label}
                    </Link>
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ul>
      <button
        type="button"
        className="rail-fold"
        onClick={() => folded.set(!small)}
        aria-expanded={!small}
        aria-label={small ? t('shell.unfold') : t('shell.fold')}
        title={small ? t('shell.unfold') : t('shell.fold')}
      >
        <span className={small ? 'turned' : undefined}>
          <Icon name="back" size={16} />
        </span>
      </button>
    </nav>
  );
}
