import { Button, Input } from 'antd';
import { type FormEvent, useEffect, useState } from 'react';
import { Navigate, useNavigate, useSearchParams } from 'react-router';
import { ApiError } from '../api/client';
import { useSessionQuery, useSignIn } from '../api/session';
import { type Language, languageNames, languages, setLanguage, useTranslation } from '../app/i18n';
import { safeTarget } from '../app/target';
import { useTitle } from '../parts/useTitle';
import '../styles/login.css';

export function Login() {
  const { t } = useTranslation();
  const [query] = useSearchParams();
  const navigate = useNavigate();
  const session = useSessionQuery(false);
  const signIn = useSignIn();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [challenge, setChallenge] = useState('');
  const [code, setCode] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const [wait, setWait] = useState(0);
  useTitle(t('login.title'));

  useEffect(() => {
    if (wait <= 0) return;
    const timer = setTimeout(() => setWait(wait - 1), 1000);
    return () => clearTimeout(timer);
  }, [wait]);

  if (session.data) return <Navigate to={safeTarget(query.get('to'))} replace />;

  const submit = async (e?: FormEvent) => {
    e?.preventDefault();
    if (busy || wait > 0) return;
    if (!challenge && (!email.trim() || !password)) {
      setError(t('login.both'));
      return;
    }
    setBusy(true);
    setError('');
    try {
      await signIn(
        challenge ? { challenge, code: code.trim() } : { email: email.trim(), password },
      );
      void navigate(safeTarget(query.get('to')), { replace: true });
    } catch (problem) {
      refused(problem);
    } finally {
      setBusy(false);
    }
  };

  const refused = (problem: unknown) => {
    if (!(problem instanceof ApiError)) {
      setError(t('error.unexpected'));
      return;
    }
    if (problem.code === 'second_factor_required') {
      setChallenge(String(problem.body.challenge ?? ''));
      setCode('');
      return;
    }
    if (problem.retryAfter > 0) setWait(problem.retryAfter);
    setError(problem.message);
  };

  return (
    <main className="login">
      <form className="login-card" onSubmit={submit} noValidate>
        <img src="/favicon.svg" alt="" width={40} height={40} />
        <h1>{challenge ? t('login.second') : t('login.title')}</h1>
        {challenge ? (
          <>
            <p className="login-hint">{t('login.secondHint')}</p>
            <label htmlFor="code">{t('login.code')}</label>
            <Input
              id="code"
              autoFocus
              size="large"
              inputMode="numeric"
              autoComplete="one-time-code"
              value={code}
              onChange={(e) => setCode(e.target.value)}
            />
          </>
        ) : (
          <>
            <label htmlFor="email">{t('login.email')}</label>
            <Input
              id="email"
              type="email"
              autoFocus
              size="large"
              autoComplete="username"
              value={email}
              onChange={(e) => setEmail(e.target.value)}
            />
            <label htmlFor="password">{t('login.password')}</label>
            <Input.Password
              id="password"
              size="large"
              autoComplete="current-password"
              value={password}
              onChange={(e) => setPassword(e.target.value)}
            />
          </>
        )}
        <p className="login-error" role="alert">
          {wait > 0 ? t('login.wait', { n: wait }) : error}
        </p>
        <Button
          type="primary"
          htmlType="submit"
          size="large"
          block
          loading={busy}
          disabled={wait > 0}
        >
          {challenge ? t('login.verify') : t('login.enter')}
        </Button>
        {challenge && (
          <button type="button" className="link-button" onClick={() => setChallenge('')}>
            {t('login.back')}
          </button>
        )}
      </form>
      <Languages />
    </main>
  );
}

function Languages() {
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
