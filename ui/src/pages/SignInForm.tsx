import { Button, Input } from 'antd';
import { type FormEvent, useEffect, useState } from 'react';
import { ApiError } from '../api/client';
import { useSignIn } from '../api/session';
import { useTranslation } from '../app/i18n';
import { untilBack } from '../parts/problems';

/** Who is it? The password, and a code where there is a second step. */
export function SignInForm({
  known,
  asked = '',
  again = false,
  onStep,
  onDone,
}: {
  /** The address of who is to sign in, where that is settled. */
  known?: string;
  /** The second step, where the first is done: what it is asked for with. */
  asked?: string;
  /** The page that is open stays as it is. */
  again?: boolean;
  onStep?: (second: boolean) => void;
  onDone: () => void;
}) {
  const { t } = useTranslation();
  const signIn = useSignIn();
  const [email, setEmail] = useState(known ?? '');
  const [password, setPassword] = useState('');
  const [challenge, setChallenge] = useState(asked);
  const [code, setCode] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const [wait, setWait] = useState(0);

  useEffect(() => {
    if (wait <= 0) return;
    const timer = setTimeout(() => setWait(wait - 1), 1000);
    return () => clearTimeout(timer);
  }, [wait]);

  const step = (next: string) => {
    setChallenge(next);
    setCode('');
    onStep?.(next !== '');
  };

  const refused = (problem: unknown) => {
    if (!(problem instanceof ApiError)) {
      setError(t('error.unexpected'));
      return;
    }
    if (problem.code === 'second_factor_required') {
      step(String(problem.body.challenge ?? ''));
      return;
    }
    if (problem.retryAfter > 0) setWait(problem.retryAfter);
    setError(problem.message);
    untilBack(problem, (said) => setError((now) => (now === said ? '' : now)));
  };

  const submit = async (e: FormEvent) => {
    e.preventDefault();
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
        again,
      );
      onDone();
    } catch (problem) {
      refused(problem);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className="login-form" onSubmit={submit} noValidate>
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
            autoFocus={!known}
            readOnly={!!known}
            size="large"
            autoComplete="username"
            value={email}
            onChange={(e) => setEmail(e.target.value)}
          />
          <label htmlFor="password">{t('login.password')}</label>
          <Input.Password
            id="password"
            autoFocus={!!known}
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
        <button type="button" className="link-button" onClick={() => step('')}>
          {t('login.back')}
        </button>
      )}
    </form>
  );
}
