import { Button, Input } from 'antd';
import { type FormEvent, useEffect, useState } from 'react';
import { ApiError, api } from '../api/client';
import type { Asked } from '../parts/ask';
import { Dialog } from '../parts/Dialog';
import { useTranslation } from './i18n';

/** Before something weighty: is it still the same person? Wrong answers are said in place. */
export default function Proof({ asked }: { asked: Extract<Asked, { kind: 'proof' }> }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const [wait, setWait] = useState(0);
  const byCode = asked.proof === 'code';

  useEffect(() => {
    if (wait <= 0) return;
    const timer = setTimeout(() => setWait(wait - 1), 1000);
    return () => clearTimeout(timer);
  }, [wait]);

  const submit = async (e: FormEvent) => {
    e.preventDefault();
    if (busy || wait > 0 || !text.trim()) return;
    setBusy(true);
    setError('');
    try {
      const body = byCode ? { code: text.trim() } : { password: text };
      await api('/session/proof', { method: 'POST', body });
      asked.answer(true);
    } catch (problem) {
      setText('');
      if (problem instanceof ApiError && problem.retryAfter > 0) setWait(problem.retryAfter);
      setError(problem instanceof ApiError ? problem.message : t('error.unexpected'));
    } finally {
      setBusy(false);
    }
  };

  const input = {
    id: 'proof',
    autoFocus: true,
    value: text,
    'aria-describedby': 'proof-error',
    onChange: (e: { target: { value: string } }) => setText(e.target.value),
  };
  return (
    <Dialog title={t('proof.title')} onClose={() => asked.answer(false)}>
      <form className="dialog-form" onSubmit={submit} noValidate>
        <p className="muted">{t(byCode ? 'proof.codeHint' : 'proof.passwordHint')}</p>
        <label htmlFor="proof">{t(byCode ? 'login.code' : 'settings.currentPassword')}</label>
        {byCode ? (
          <Input {...input} inputMode="numeric" autoComplete="one-time-code" />
        ) : (
          <Input.Password {...input} autoComplete="current-password" />
        )}
        <p id="proof-error" className="field-error" role="alert">
          {wait > 0 ? t('login.wait', { n: wait }) : error}
        </p>
        <div className="dialog-foot">
          <Button onClick={() => asked.answer(false)}>{t('action.cancel')}</Button>
          <Button type="primary" htmlType="submit" loading={busy} disabled={wait > 0 || !text.trim()}>
            {t('proof.confirm')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
