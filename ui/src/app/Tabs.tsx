import { useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'react-router';
import { Icon } from '../parts/Icon';
import { useTranslation } from './i18n';
import { currentSection, type MenuSection } from './menu';

const tabCount = 5;

/** The rail of the phone: five tabs at the bottom, the rest behind the last. */
export function Tabs({ menu }: { menu: MenuSection[] }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const [more, setMore] = useState(false);
  const here = currentSection(menu, pathname);
  const shown = menu.length > tabCount ? menu.slice(0, tabCount - 1) : menu;
  const rest = menu.slice(shown.length);
  return (
    <nav className="tabs" aria-label={t('shell.menu')}>
      {shown.map((s) => (
        <Link key={s.key} to={s.links[0]?.to ?? '/'} aria-current={s === here ? 'true' : undefined}>
          <Icon name={s.icon} size={20} />
          <span>{s.label}</span>
        </Link>
      ))}
      {rest.length > 0 && (
        <button
          type="button"
          onClick={() => setMore(true)}
          aria-current={here && rest.includes(here) ? 'true' : undefined}
        >
          <Icon name="menu" size={20} />
          <span>{t('shell.more')}</span>
        </button>
      )}
      {more && <MoreSheet menu={rest} onClose={() => setMore(false)} />}
    </nav>
  );
}

function MoreSheet({ menu, onClose }: { menu: MenuSection[]; onClose: () => void }) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="sheet" onClose={onClose} aria-label={t('shell.more')}>
      <div className="sheet-head">
        <strong>{t('shell.more')}</strong>
        <button
          type="button"
          className="icon-button"
          onClick={onClose}
          aria-label={t('action.close')}
        >
          <Icon name="close" />
        </button>
      </div>
      {menu.map((s) => (
        <section key={s.key}>
          <h2>{s.label}</h2>
          {s.links.map((l) => (
            <Link key={l.to} to={l.to} onClick={onClose}>
              {l.label}
            </Link>
          ))}
        </section>
      ))}
    </dialog>
  );
}
