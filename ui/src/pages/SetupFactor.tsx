import { Button } from 'antd';
import { useNavigate } from 'react-router';
import { useSignOut } from '../api/session';
import { ConnectionNotice } from '../app/ConnectionNotice';
import { useTranslation } from '../app/i18n';
import { Icon } from '../parts/Icon';
import { useTell } from '../parts/useTell';
import { useTitle } from '../parts/useTitle';
import { TotpSetup } from './settings/TotpSetup';
import '../styles/settings.css';

/** All that somebody sees whose rights require a second step, until there is one. */
export default function SetupFactor() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const tell = useTell();
  useTitle(t('totp.title'));
  return (
    <>
      <ConnectionNotice />
      <main className="setup-factor">
        <div className="setup-head">
          <img src="/favicon.svg" alt="" width={32} height={32} />
          <Button
            type="text"
            icon={<Icon name="out" size={16} />}
            onClick={() =>
              void signOut()
                .then(() => navigate('/login'))
                .catch(tell.error)
            }
          >
            {t('session.signOut')}
          </Button>
        </div>
        <section className="panel setting">
          <h1>{t('totp.title')}</h1>
          <p>{t('totp.required')}</p>
          <p className="muted">{t('totp.hint')}</p>
          <TotpSetup />
        </section>
      </main>
    </>
  );
}
