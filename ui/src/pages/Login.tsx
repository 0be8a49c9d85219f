import { useState } from 'react';
import { Navigate, useNavigate, useSearchParams } from 'react-router';
import { useSessionQuery } from '../api/session';
import { type Language, languageNames, languages, setLanguage, useTranslation } from '../app/i18n';
import { safeTarget } from '../app/target';
import { useTitle } from '../parts/useTitle';
import '../styles/login.css';
import { SignInForm } from './SignInForm';

export function Login() {
  const { t } = useTranslation();
  const [query] = useSearchParams();
  const navigate = useNavigate();
  const session = useSessionQuery();
  const [second, setSecond] = useState(false);
  useTitle(t('login.title'));

  const target = safeTarget(query.get('to'));
  if (session.data) return <Navigate to={target} replace />;
  if (session.isPending && session.failureCount === 0) return null;
  return (
    <main className="login">
      <div className="login-card">
        <img src="/favicon.svg" alt="" width={40} height={40} />
        <h1>{second ? t('login.second') : t('login.title')}</h1>
        <SignInForm
          onStep={setSecond}
          onDone={() => void navigate(target, { replace: true })}
        />
        {!second && <p className="login-forgotten small">{t('login.forgotten')}</p>}
      </div>
      <Languages />
    </main>
  );
}

export function Languages() {
  const { i18n, t } = useTranslation();
  return (
    <nav className="login-languages" aria-label={t('settings.language')}>
      {languages.map((l) => (
        <button
          key={l}
          type="button"
          lang={l}
          aria-current={i18n.language === l ? 'true' : undefined}
          onClick={() => void setLanguage(l as Language)}
        >
          {languageNames[l]}
        </button>
      ))}
    </nav>
  );
}
