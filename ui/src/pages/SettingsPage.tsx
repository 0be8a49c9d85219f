import { useParams } from 'react-router';
import { Lost } from '../app/Lost';
import { useTranslation } from '../app/i18n';
import { useTitle } from '../parts/useTitle';
import { Password } from './settings/Password';
import { Profile } from './settings/Profile';
import { Sessions } from './settings/Sessions';
import { Tokens } from './settings/Tokens';
import { Totp } from './settings/Totp';
import '../styles/settings.css';
import '../styles/field.css';

export function SettingsPage() {
  const { section } = useParams();
  if (section === 'profile') return <ProfilePage />;
  if (section === 'security') return <SecurityPage />;
  return <Lost />;
}

function ProfilePage() {
  const { t } = useTranslation();
  useTitle(t('menu.profile'));
  return (
    <div className="page settings">
      <h1>{t('menu.profile')}</h1>
      <Profile />
    </div>
  );
}

function SecurityPage() {
  const { t } = useTranslation();
  useTitle(t('menu.security'));
  return (
    <div className="page settings">
      <h1>{t('menu.security')}</h1>
      <Password />
      <Totp />
      <Sessions />
      <Tokens />
    </div>
  );
}
