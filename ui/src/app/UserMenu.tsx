import { Dropdown, type MenuProps } from 'antd';
import { useNavigate } from 'react-router';
import { api } from '../api/client';
import { useSession, useSignOut } from '../api/session';
import { Avatar } from '../parts/Avatar';
import { Icon } from '../parts/Icon';
import { useTell } from '../parts/useTell';
import { type Language, languageNames, languages, setLanguage, useTranslation } from './i18n';
import { type Theme, themeChoice } from './scheme';
import { useKept } from './store';

const themes: Theme[] = ['system', 'light', 'dark'];
const themeIcon = { system: 'desktop', light: 'sun', dark: 'moon' } as const;

export function useLanguageChoice() {
  const tell = useTell();
  return (language: Language, save = true) => {
    setLanguage(language).catch(tell.error);
    if (save) api('/me', { method: 'PATCH', body: { language } }).catch(tell.error);
  };
}

const tick = (on: boolean) =>
  on ? <Icon name="check" size={14} /> : <span className="no-tick" />;

export function UserMenu() {
  const { t, i18n } = useTranslation();
  const { user } = useSession();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const tell = useTell();
  const chooseLanguage = useLanguageChoice();
  const theme = useKept(themeChoice);

  const items: MenuProps['items'] = [
    { key: 'who', label: <WhoLine name={user.name} email={user.email} />, disabled: true },
    { type: 'divider' },
    { key: 'profile', label: t('menu.profile'), icon: <Icon name="settings" size={16} /> },
    { key: 'security', label: t('menu.security'), icon: <Icon name="lock" size={16} /> },
    { type: 'divider' },
    ...themes.map((k) => ({
      key: `theme:${k}`,
      label: (
        <span className="menu-tick">
          {t(`theme.${k}`)}
          {tick(theme === k)}
        </span>
      ),
      icon: <Icon name={themeIcon[k]} size={16} />,
    })),
    { type: 'divider' },
    ...languages.map((l) => ({
      key: `lang:${l}`,
      label: (
        <span className="menu-tick" lang={l}>
          {languageNames[l]}
          {tick(i18n.language === l)}
        </span>
      ),
      icon: <Icon name="globe" size={16} />,
    })),
    { type: 'divider' },
    { key: 'out', label: t('session.signOut'), icon: <Icon name="out" size={16} /> },
  ];

  const onClick: MenuProps['onClick'] = ({ key }) => {
    const [kind, value = ''] = key.split(':');
    if (kind === 'theme') themeChoice.set(value as Theme);
    else if (kind === 'lang') chooseLanguage(value as Language);
    else if (kind === 'out')
      signOut()
        .then(() => navigate('/login'))
        .catch(tell.error);
    else void navigate(`/settings/${key}`);
  };

  return (
    <Dropdown menu={{ items, onClick }} trigger={['click']} placement="bottomRight">
      <button type="button" className="top-user" aria-label={t('shell.user', { name: user.name })}>
        <Avatar id={user.id} name={user.name || user.email} size={28} />
      </button>
    </Dropdown>
  );
}

function WhoLine({ name, email }: { name: string; email: string }) {
  return (
    <span className="who">
      <strong>{name}</strong>
      <span>{email}</span>
    </span>
  );
}
