import { useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import qrcode from 'qrcode-generator';
import { type FormEvent, useMemo, useState } from 'react';
import { api } from '../../api/client';
import { useTranslation } from '../../app/i18n';
import { Copy } from '../../parts/Copy';
import { problemsOf } from '../../parts/problems';
import { useTell } from '../../parts/useTell';

interface Setup {
  secret: string;
  uri: string;
  recovery: string[];
}

/** From the wish for a second step to the first right code. */
export function TotpSetup() {
  const { t } = useTranslation();
  const tell = useTell();
  const [setup, setSetup] = useState<Setup | null>(null);
  const [busy, setBusy] = useState(false);
  const begin = async () => {
    setBusy(true);
    try {
      const reply = await api<Setup & { data?: Setup }>('/me/totp', { method: 'POST', body: {} });
      setSetup(reply.data ?? reply);
    } catch (e) {
      tell.error(e);
    } finally {
      setBusy(false);
    }
  };
  if (setup) return <Steps setup={setup} />;
  return (
    <div>
      <Button type="primary" loading={busy} onClick={() => void begin()}>
        {t('totp.begin')}
      </Button>
    </div>
  );
}

function Steps({ setup }: { setup: Setup }) {
  const { t } = useTranslation();
  return (
    <ol className="totp-steps">
      <li>
        <p>{t('totp.scan')}</p>
        <div className="totp">
          <Qr text={setup.uri} label={t('totp.qr')} />
          <div className="totp-secret">
            <p className="muted">{t('totp.byHand')}</p>
            <code className="mono">{setup.secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
            <Copy text={setup.secret} label={t('totp.copySecret')} />
          </div>
        </div>
      </li>
      <li>
        <p>{t('totp.recovery')}</p>
        <ul className="recovery mono">
          {setup.recovery.map((r) => (
            <li key={r}>{r}</li>
          ))}
        </ul>
        <div className="totp-keep">
          <Copy text={setup.recovery.join('\n')} label={t('totp.copyCodes')} />
          <a
            className="ghost-button"
            download="renmai-recovery-codes.txt"
            href={`data:text/plain;charset=utf-8,${encodeURIComponent(`${setup.recovery.join('\n')}\n`)}`}
          >
            {t('totp.download')}
          </a>
        </div>
      </li>
      <li>
        <ConfirmCode />
      </li>
    </ol>
  );
}

function ConfirmCode() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const tell = useTell();
  const [code, setCode] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const confirm = async (e: FormEvent) => {
    e.preventDefault();
    if (busy) return;
    setBusy(true);
    setError('');
    try {
      await api('/me/totp/confirm', { method: 'POST', body: { code: code.replace(/\s/g, '') } });
      tell.done(t('totp.on'));
      await client.invalidateQueries();
    } catch (problem) {
      const found = problemsOf(problem, ['code']);
      setError(found.fields.code ?? found.general);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="totp-confirm" onSubmit={confirm}>
      <label htmlFor="totp-code">{t('totp.codeHint')}</label>
      <div className="totp-line">
        <Input
          id="totp-code"
          inputMode="numeric"
          autoComplete="one-time-code"
          aria-describedby="totp-error"
          value={code}
          onChange={(e) => setCode(e.target.value)}
        />
        <Button
          type="primary"
          htmlType="submit"
          loading={busy}
          disabled={code.replace(/\s/g, '').length < 6}
        >
          {t('totp.confirm')}
        </Button>
      </div>
      <p id="totp-error" className="field-error" role="alert">
        {error}
      </p>
    </form>
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
