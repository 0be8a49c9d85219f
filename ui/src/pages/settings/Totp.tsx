import { useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client';
import { sessionKey, useSession } from '../../api/session';
import { useTranslation } from '../../app/i18n';
import { Badge } from '../../parts/states';
import { useTell } from '../../parts/useTell';
import { TotpSetup } from './TotpSetup';

export function Totp() {
  const { t } = useTranslation();
  const { second_factor } = useSession();
  return (
    <section className="panel setting">
      <h2>
        {t('totp.title')}{' '}
        <Badge color={second_factor.enabled ? 'green' : 'grey'}>
          {second_factor.enabled ? t('totp.enabled') : t('totp.disabled')}
        </Badge>
      </h2>
      <p className="muted">{second_factor.required ? t('totp.required') : t('totp.hint')}</p>
      {second_factor.enabled ? <TurnOff /> : <TotpSetup />}
    </section>
  );
}

function TurnOff() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const tell = useTell();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const remove = async (e: FormEvent) => {
    e.preventDefault();
    if (busy || !password || !code) return;
    setBusy(true);
    try {
      await api('/me/totp', { method: 'DELETE', body: { password, code } });
      setPassword('');
      setCode('');
      tell.done(t('totp.off'));
      await client.invalidateQueries({ queryKey: sessionKey });
    } catch (problem) {
      tell.error(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="setting-line" onSubmit={remove}>
      <label htmlFor="totp-password">{t('settings.currentPassword')}</label>
      <Input.Password
        id="totp-password"
        autoComplete="current-password"
        value={password}
        onChange={(e) => setPassword(e.target.value)}
      />
      <label htmlFor="totp-remove-code">{t('login.code')}</label>
      <Input
        id="totp-remove-code"
        autoComplete="one-time-code"
        value={code}
        onChange={(e) => setCode(e.target.value)}
      />
      <Button danger htmlType="submit" loading={busy} disabled={!password || !code}>
        {t('totp.remove')}
      </Button>
    </form>
  );
}
