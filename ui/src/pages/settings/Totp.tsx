import { useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import qrcode from 'qrcode-generator';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import { sessionKey, useSession } from '../../api/session';
import { Badge } from '../../parts/states';
import { useTell } from '../../parts/useTell';

interface Setup {
  secret: string;
  uri: string;
  recovery: string[];
}

export function Totp() {
  const { t } = useTranslation();
  const { second_factor } = useSession();
  const client = useQueryClient();
  const tell = useTell();
  const [setup, setSetup] = useState<Setup | null>(null);
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);

  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
    } catch (e) {
      tell.error(e);
    } finally {
      setBusy(false);
    }
  };
  const begin = () =>
    attempt(async () => {
      const reply = await api<Setup & { data?: Setup }>('/me/totp', { method: 'POST', body: {} });
      setSetup(reply.data ?? reply);
    });
  const confirm = () =>
    attempt(async () => {
      await api('/me/totp/confirm', { method: 'POST', body: { code: code.trim() } });
      setSetup(null);
      setCode('');
      await client.invalidateQueries({ queryKey: sessionKey });
      tell.done(t('totp.on'));
    });
  const remove = () =>
    attempt(async () => {
      await api('/me/totp', { method: 'DELETE', body: { password } });
      setPassword('');
      await client.invalidateQueries({ queryKey: sessionKey });
      tell.done(t('totp.off'));
    });

  return (
    <section className="panel setting">
      <h2>
        {t('totp.title')}{' '}
        <Badge color={second_factor.enabled ? 'green' : 'grey'}>
          {second_factor.enabled ? t('totp.enabled') : t('totp.disabled')}
        </Badge>
      </h2>
      <p className="muted">{second_factor.required ? t('totp.required') : t('totp.hint')}</p>
      {second_factor.enabled ? (
        <div className="setting-line">
          <label htmlFor="totp-password">{t('settings.currentPassword')}</label>
          <Input.Password
            id="totp-password"
            autoComplete="current-password"
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
          <Button danger loading={busy} disabled={!password} onClick={() => void remove()}>
            {t('totp.remove')}
          </Button>
        </div>
      ) : setup ? (
        <div className="totp">
          <Qr text={setup.uri} label={t('totp.qr')} />
          <div className="totp-steps">
            <p>{t('totp.scan')}</p>
            <code className="mono">{setup.secret}</code>
            <p>{t('totp.recovery')}</p>
            <ul className="recovery mono">
              {setup.recovery.map((r) => (
                <li key={r}>{r}</li>
              ))}
            </ul>
            <form
              className="totp-confirm"
              onSubmit={(e) => {
                e.preventDefault();
                void confirm();
              }}
            >
              <label htmlFor="totp-code">{t('login.code')}</label>
              <Input
                id="totp-code"
                inputMode="numeric"
                autoComplete="one-time-code"
                value={code}
                onChange={(e) => setCode(e.target.value)}
              />
              <Button type="primary" htmlType="submit" loading={busy} disabled={code.length < 6}>
                {t('totp.confirm')}
              </Button>
            </form>
          </div>
        </div>
      ) : (
        <div>
          <Button loading={busy} onClick={() => void begin()}>
            {t('totp.begin')}
          </Button>
        </div>
      )}
    </section>
  );
}

const quiet = 4;

/** Made here, so that the secret goes to nobody else. Dark on light in both schemes, for cameras. */
function Qr({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => {
    const qr = qrcode(0, 'M');
    qr.addData(text);
    qr.make();
    const n = qr.getModuleCount();
    let d = '';
    for (let y = 0; y < n; y++)
      for (let x = 0; x < n; x++) if (qr.isDark(y, x)) d += `M${x + quiet} ${y + quiet}h1v1h-1z`;
    return { size: n + 2 * quiet, path: d };
  }, [text]);
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}
