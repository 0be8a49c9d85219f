import { useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import { ApiError, api } from '../api/client';
import { useAcceptInvitation, useSessionQuery } from '../api/session';
import { useTranslation } from '../app/i18n';
import { problemsOf } from '../parts/problems';
import { Skeleton } from '../parts/states';
import { useFormat } from '../parts/useFormat';
import { useTitle } from '../parts/useTitle';
import '../styles/login.css';
import { Languages } from './Login';
import { SignInForm } from './SignInForm';

interface Invited {
  name: string;
  email: string;
  enterprise: string;
  expires_at: string;
}

/** Where the link for a password leads; what it holds stands behind # and goes to nobody else. */
export function Welcome() {
  const { t } = useTranslation();
  const token = useLocation().hash.slice(1);
  const session = useSessionQuery();
  const invited = useQuery({
    queryKey: ['invitation', token],
    queryFn: async () =>
      (await api<{ data: Invited }>('/invitation', { method: 'POST', body: { token } })).data,
    enabled: token !== '' && !session.isPending,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  useTitle(t('welcome.title'));
  const problem = token ? invited.error : new Error(t('welcome.noLink'));
  return (
    <main className="login">
      <div className="login-card">
        <img src="/favicon.svg" alt="" width={40} height={40} />
        {problem ? (
          <NoEntry problem={problem} retry={() => void invited.refetch()} />
        ) : invited.data ? (
          <Entry token={token} invited={invited.data} other={session.data?.user.name} />
        ) : (
          <>
            <h1>{t('welcome.title')}</h1>
            <Skeleton rows={3} />
          </>
        )}
      </div>
      <Languages />
    </main>
  );
}

function NoEntry({ problem, retry }: { problem: Error; retry: () => void }) {
  const { t } = useTranslation();
  const isRefused = !(problem instanceof ApiError) || problem.status === 403;
  return (
    <>
      <h1>{t('welcome.closed')}</h1>
      <p role="alert">{problem.message}</p>
      {isRefused ? (
        <Link className="welcome-away" to="/login">
          {t('welcome.signIn')}
        </Link>
      ) : (
        <Button className="welcome-away" onClick={retry}>
          {t('action.retry')}
        </Button>
      )}
    </>
  );
}

/** The password, and then the code where there is a second step. */
function Entry({
  token,
  invited,
  other,
}: {
  token: string;
  invited: Invited;
  other: string | undefined;
}) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [challenge, setChallenge] = useState('');
  const enter = () => void navigate('/', { replace: true });
  return (
    <>
      <h1>{challenge ? t('login.second') : t('welcome.hello', { name: invited.name })}</h1>
      {challenge ? (
        <SignInForm known={invited.email} asked={challenge} onDone={enter} />
      ) : (
        <PasswordForm
          token={token}
          invited={invited}
          other={other}
          onChallenge={setChallenge}
          onDone={enter}
        />
      )}
    </>
  );
}

const shortest = 12;

function PasswordForm({
  token,
  invited,
  other,
  onChallenge,
  onDone,
}: {
  token: string;
  invited: Invited;
  other: string | undefined;
  onChallenge: (challenge: string) => void;
  onDone: () => void;
}) {
  const { t } = useTranslation();
  const f = useFormat();
  const accept = useAcceptInvitation();
  const [password, setPassword] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);

  const refused = (e: unknown) => {
    if (e instanceof ApiError && e.code === 'second_factor_required') {
      onChallenge(String(e.body.challenge ?? ''));
      return;
    }
    const found = problemsOf(e, ['password']);
    setError(found.fields.password || found.general || t('error.unexpected'));
  };
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    if (busy) return;
    setBusy(true);
    setError('');
    try {
      await accept(token, password);
      onDone();
    } catch (problem) {
      refused(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="login-form" onSubmit={submit} noValidate>
      <p>{t('welcome.hint', { enterprise: invited.enterprise, at: f.exact(invited.expires_at) })}</p>
      {other && <p className="login-hint">{t('welcome.other', { name: other })}</p>}
      <label htmlFor="email">{t('login.email')}</label>
      <Input
        id="email"
        type="email"
        size="large"
        readOnly
        autoComplete="username"
        value={invited.email}
      />
      <label htmlFor="password">{t('settings.newPassword')}</label>
      <Input.Password
        id="password"
        autoFocus
        size="large"
        autoComplete="new-password"
        aria-describedby="password-hint"
        value={password}
        onChange={(e) => setPassword(e.target.value)}
      />
      <p id="password-hint" className="small muted">
        {t('settings.passwordHint', { n: shortest })}
      </p>
      <p className="login-error" role="alert">
        {error}
      </p>
      <Button
        type="primary"
        htmlType="submit"
        size="large"
        block
        loading={busy}
        disabled={password.length < shortest}
      >
        {t('welcome.enter')}
      </Button>
    </form>
  );
}
