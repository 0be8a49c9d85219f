import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input, Segmented } from 'antd';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client';
import { useTranslation } from '../../app/i18n';
import { NumberInput } from '../../field/NumberInput';
import { Copy } from '../../parts/Copy';
import { problemsOf } from '../../parts/problems';
import { Failure, Skeleton } from '../../parts/states';
import { useFormat } from '../../parts/useFormat';
import { useTell } from '../../parts/useTell';
import { Scopes } from './Scopes';

const usualDays = 90;

interface Token {
  id: string;
  name: string;
  created_at: string;
  scopes?: string[] | null;
  expires_at?: string | null;
}

export function Tokens() {
  const { t } = useTranslation();
  const f = useFormat();
  const tell = useTell();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [secret, setSecret] = useState('');
  const [busy, setBusy] = useState(false);
  const [whole, setWhole] = useState(false);
  const [scopes, setScopes] = useState<string[]>([]);
  const [days, setDays] = useState<unknown>(usualDays);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const list = useQuery({
    queryKey: ['tokens'],
    queryFn: ({ signal }) => api<{ data: Token[] }>('/tokens', { signal }),
  });
  const refresh = () => client.invalidateQueries({ queryKey: ['tokens'] });
  const create = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setErrors({});
    try {
      const reply = await api<{ token?: string; data?: { token?: string } }>('/tokens', {
        method: 'POST',
        body: { name: name.trim(), days, ...(whole ? {} : { scopes }) },
      });
      setSecret(reply.token ?? reply.data?.token ?? '');
      setName('');
      setScopes([]);
      await refresh();
    } catch (problem) {
      const found = problemsOf(problem, ['days']);
      setErrors(found.fields);
      if (!found.fields.days || found.general) tell.error(problem);
    } finally {
      setBusy(false);
    }
  };
  const remove = async (id: string) => {
    try {
      await api(`/tokens/${id}`, { method: 'DELETE' });
      await refresh();
    } catch (e) {
      tell.error(e);
    }
  };
  return (
    <section className="panel setting">
      <h2>{t('tokens.title')}</h2>
      <p className="muted">{t('tokens.hint')}</p>
      {secret && (
        <div className="secret" role="status">
          <p>{t('tokens.once')}</p>
          <code className="mono">{secret}</code>
          <Copy text={secret} label={t('tokens.copy')} />
        </div>
      )}
      <form className="token-form" onSubmit={create}>
        <Input
          value={name}
          aria-label={t('tokens.name')}
          placeholder={t('tokens.name')}
          onChange={(e) => setName(e.target.value)}
        />
        <label className="token-days">
          <span className="muted">{t('tokens.days')}</span>
          <NumberInput
            id="token-days"
            value={days}
            decimals={0}
            aria-describedby="token-days-error"
            {...(errors.days ? { status: 'error', 'aria-invalid': true } : {})}
            onChange={setDays}
          />
        </label>
        <Segmented
          aria-label={t('tokens.scopes')}
          value={whole}
          options={[
            { value: false, label: t('tokens.chosen') },
            { value: true, label: t('tokens.all') },
          ]}
          onChange={setWhole}
        />
        {errors.days && (
          <p id="token-days-error" className="field-error" role="alert">
            {errors.days}
          </p>
        )}
        {!whole && <Scopes value={scopes} onChange={setScopes} />}
        <Button
          htmlType="submit"
          loading={busy}
          disabled={!name.trim() || (!whole && scopes.length === 0)}
        >
          {t('tokens.create')}
        </Button>
      </form>
      {list.isPending ? (
        <Skeleton rows={1} />
      ) : list.isLoadingError ? (
        <Failure error={list.error} retry={() => void list.refetch()} />
      ) : (
        <ul className="setting-list">
          {list.data.data.map((k) => (
            <li key={k.id}>
              <span className="setting-main">
                <span>{k.name}</span>
                <span className="small muted">
                  {k.scopes ? k.scopes.join(' · ') : t('tokens.everything')}
                  {' · '}
                  {t('tokens.made', { at: f.instant(k.created_at) })}
                  {k.expires_at ? ` · ${t('tokens.expires', { at: f.instant(k.expires_at) })}` : ''}
                </span>
              </span>
              <Button danger onClick={() => void remove(k.id)}>
                {t('tokens.revoke')}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
