import { Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client';
import { useSession } from '../../api/session';
import { useTranslation } from '../../app/i18n';
import { problemsOf } from '../../parts/problems';
import { useTell } from '../../parts/useTell';

const shortest = 12;

export function Password() {
  const { t } = useTranslation();
  const { user } = useSession();
  const tell = useTell();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setErrors({});
    try {
      await api('/me/password', { method: 'POST', body: { current, password } });
      setCurrent('');
      setPassword('');
      tell.done(t('settings.passwordDone'));
    } catch (problem) {
      const found = problemsOf(problem, ['current', 'password']);
      setErrors(found.fields);
      if (Object.keys(found.fields).length === 0) tell.error(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="panel setting" onSubmit={submit}>
      <h2>{t('settings.password')}</h2>
      <input type="hidden" name="username" autoComplete="username" value={user.email} readOnly />
      <div className="setting-line">
        <label htmlFor="current">{t('settings.currentPassword')}</label>
        <Input.Password
          id="current"
          autoComplete="current-password"
          value={current}
          onChange={(e) => setCurrent(e.target.value)}
        />
        {errors.current && <p className="field-error">{errors.current}</p>}
      </div>
      <div className="setting-line">
        <label htmlFor="password">{t('settings.newPassword')}</label>
        <Input.Password
          id="password"
          autoComplete="new-password"
          aria-describedby="password-hint"
          value={password}
          onChange={(e) => setPassword(e.target.value)}
        />
        <p id="password-hint" className={errors.password ? 'field-error' : 'small muted'}>
          {errors.password ?? t('settings.passwordHint', { n: shortest })}
        </p>
      </div>
      <div className="setting-line">
        <span />
        <Button
          type="primary"
          htmlType="submit"
          loading={busy}
          disabled={!current || password.length < shortest}
        >
          {t('settings.changePassword')}
        </Button>
      </div>
    </form>
  );
}
