import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client';
import { useTranslation } from '../../app/i18n';
import { Copy } from '../../parts/Copy';
import { Failure, Skeleton } from '../../parts/states';
import { useFormat } from '../../parts/useFormat';
import { useTell } from '../../parts/useTell';

interface Token {
  id: string;
  name: string;
  created_at: string;
  seen_at?: string | null;
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
  const list = useQuery({
    queryKey: ['tokens'],
    queryFn: ({ signal }) => api<{ data: Token[] }>('/tokens', { signal }),
  });
  const refresh = () => client.invalidateQueries({ queryKey: ['tokens'] });
  const create = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    try {
      const reply = await api<{ token?: string; data?: { token?: string } }>('/tokens', {
        method: 'POST',
        body: { name: name.trim() },
      });
      setSecret(reply.token ?? reply.data?.token ?? '');
      setName('');
      await refresh();
    } catch (problem) {
      tell.error(problem);
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
        <Button htmlType="submit" loading={busy} disabled={!name.trim()}>
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
