import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, api, setCsrf } from './client';
import type { Session } from './types';

export const sessionKey = ['session'];

export async function readSession(): Promise<Session | null> {
  try {
    const { data } = await api<{ data: Session }>('/session');
    setCsrf(data.csrf);
    return data;
  } catch (e) {
    if (e instanceof ApiError && e.status === 401) return null;
    throw e;
  }
}

export function useSessionQuery(enabled = true) {
  return useQuery({ queryKey: sessionKey, queryFn: readSession, staleTime: 5 * 60_000, enabled });
}

/** For pages behind the log-in, where there always is one. */
export function useSession(): Session {
  const { data } = useSessionQuery();
  if (!data) throw new Error('no session');
  return data;
}

export function useSignIn() {
  const client = useQueryClient();
  return async (body: Record<string, string>) => {
    const { data } = await api<{ data: Session }>('/session', { method: 'POST', body });
    setCsrf(data.csrf);
    client.removeQueries({ predicate: (q) => q.queryKey[0] !== 'session' });
    client.setQueryData(sessionKey, data);
    return data;
  };
}

export function useSignOut() {
  const client = useQueryClient();
  return async () => {
    await api('/session', { method: 'DELETE' });
    client.removeQueries({ predicate: (q) => q.queryKey[0] !== 'session' });
    client.setQueryData(sessionKey, null);
  };
}
