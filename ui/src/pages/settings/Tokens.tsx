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

/** The caller's tokens, and what can be done with them. */
function useTokens() {
  const tell = useTell();
  const client = useQueryClient();
  const list = useQuery({
    queryKey: ['tokens'],
    queryFn: ({ signal }) => api<{ data: Token[] }>('/tokens', { signal }),
  });
  const refresh = () => client.invalidateQueries({ queryKey: ['tokens'] });
  const create = async (body: unknown): Promise<string> => {
    const reply = await api<{ token?: string; data?: { token?: string } }>('/tokens', {
      method: 'POST',
      body,
    });
    void refresh();
    return reply.token ?? reply.data?.token ?? '';
  };
  const remove = async (id: string) => {
    try {
      await api(`/tokens/${id}`, { method: 'DELETE' });
      await refresh();
    } catch (e) {
      tell.error(e);
    }
  };
  return { list, create, remove };
}

export function Tokens() {
  const { t } = useTranslation();
  const { list, create, remove } = useTokens();
  const [secret, setSecret] = useState('');
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
      <NewToken create={async (body) => setSecret(await create(body))} />
      {list.isPending ? (
        <Skeleton rows={1} />
      ) : list.isLoadingError ? (
        <Failure error={list.error} retry={() => void list.refetch()} />
      ) : (
        <ul className="setting-list">
          {list.data.data.map((k) => (
            <TokenLine key={k.id} token={k} remove={() => void remove(k.id)} />
          ))}
        </ul>
      )}
    </section>
  );
}

function NewToken({ create }: { create: (body: unknown) => Promise<void> }) {
  const { t } = useTranslation();
  const tell = useTell();
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [whole, setWhole] = useState(false);
  const [scopes, setScopes] = useState<string[]>([]);
  const [days, setDays] = useState<unknown>(usualDays);
  const [wrongDays, setWrongDays] = useState('');
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setWrongDays('');
    try {
      await create({ name: name.trim(), days, ...(whole ? {} : { scopes }) });
      setName('');
      setScopes([]);
    } catch (problem) {
      const found = problemsOf(problem, ['days']);
      setWrongDays(found.fields.days ?? '');
      if (!found.fields.days || found.general) tell.error(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="token-form" onSubmit={submit}>
      <Input
        value={name}
        aria-label={t('tokens.name')}
        placeholder={t('tokens.name')}
        onChange={(e) => setName(e.target.value)}
      />
      <Days value={days} wrong={wrongDays} onChange={setDays} />
      <Segmented
        aria-label={t('tokens.scopes')}
        value={whole}
        options={[
          { value: false, label: t('tokens.chosen') },
          { value: true, label: t('tokens.all') },
        ]}
        onChange={setWhole}
      />
      {wrongDays && (
        <p id="token-days-error" className="field-error" role="alert">
          {wrongDays}
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
  );
}

function Days({
  value,
  wrong,
  onChange,
}: {
  value: unknown;
  wrong: string;
  onChange: (value: unknown) => void;
}) {
  const { t } = useTranslation();
  return (
    <label className="token-days">
      <span className="muted">{t('tokens.days')}</span>
      <NumberInput
        id="token-days"
        value={value}
        decimals={0}
        aria-describedby="token-days-error"
        {...(wrong ? { status: 'error', 'aria-invalid': true } : {})}
        onChange={onChange}
      />
    </label>
  );
}

function TokenLine({ token, remove }: { token: Token; remove: () => void }) {
  const { t } = useTranslation();
  const f = useFormat();
  return (
    <li>
      <span className="setting-main">
        <span>{token.name}</span>
        <span className="small muted">
          {token.scopes ? token.scopes.join(' · ') : t('tokens.everything')}
          {' · '}
          {t('tokens.made', { at: f.instant(token.created_at) })}
          {token.expires_at ? ` · ${t('tokens.expires', { at: f.instant(token.expires_at) })}` : ''}
        </span>
      </span>
      <Button danger onClick={remove}>
        {t('tokens.revoke')}
      </Button>
    </li>
  );
}
