import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { api } from '../../api/client';
import { useTranslation } from '../../app/i18n';
import { Badge, Failure, Skeleton } from '../../parts/states';
import { useFormat } from '../../parts/useFormat';
import { useTell } from '../../parts/useTell';

interface OwnSession {
  id: string;
  created_at: string;
  seen_at: string;
  address: string;
  agent: string;
  current: boolean;
}

/** "Chrome · Windows" out of what the browser says of itself. */
export function sayAgent(agent: string): string {
  const browser = /Edg/.test(agent)
    ? 'Edge'
    : /MicroMessenger/.test(agent)
      ? 'WeChat'
      : /Firefox/.test(agent)
        ? 'Firefox'
        : /Chrom/.test(agent)
          ? 'Chrome'
          : /Safari/.test(agent)
            ? 'Safari'
            : '';
  const system = /iPhone|iPad/.test(agent)
    ? 'iOS'
    : /Android/.test(agent)
      ? 'Android'
      : /Windows/.test(agent)
        ? 'Windows'
        : /Mac OS/.test(agent)
          ? 'macOS'
          : /Linux/.test(agent)
            ? 'Linux'
            : '';
  return [browser, system].filter(Boolean).join(' · ') || agent.slice(0, 60);
}

export function Sessions() {
  const { t } = useTranslation();
  const f = useFormat();
  const tell = useTell();
  const client = useQueryClient();
  const list = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => api<{ data: OwnSession[] }>('/sessions', { signal }),
  });
  const end = async (id: string) => {
    try {
      await api(`/sessions/${id}`, { method: 'DELETE' });
      await client.invalidateQueries({ queryKey: ['sessions'] });
    } catch (e) {
      tell.error(e);
    }
  };
  return (
    <section className="panel setting">
      <h2>{t('sessions.title')}</h2>
      {list.isPending ? (
        <Skeleton rows={2} />
      ) : list.isLoadingError ? (
        <Failure error={list.error} retry={() => void list.refetch()} />
      ) : (
        <ul className="setting-list">
          {list.data.data.map((s) => (
            <li key={s.id}>
              <span className="setting-main">
                <span title={s.agent}>{sayAgent(s.agent)}</span>
                <span className="small muted">
                  {s.address} · {t('sessions.seen', { at: f.instant(s.seen_at) })}
                </span>
              </span>
              {s.current ? (
                <Badge color="teal">{t('sessions.current')}</Badge>
              ) : (
                <Button onClick={() => void end(s.id)}>{t('sessions.end')}</Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
