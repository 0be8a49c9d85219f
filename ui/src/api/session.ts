import { useQuery, useQueryClient } from '@tanstack/react-query';
import { kept } from '../app/store';
import { ApiError, api, setCsrf } from './client';
import type { Session } from './types';

export const sessionKey = ['session'];

/** Signed out in this browser, so that there is no session to ask for. */
const signedOutHere = kept('signed-out', false);

function began(session: Session): Session {
  setCsrf(session.csrf);
  signedOutHere.set(false);
  return session;
}

/** null: nobody is signed in, which the server says by 204 or 401. */
export async function readSession(): Promise<Session | null> {
  if (signedOutHere.get()) return null;
  try {
    const reply = await api<{ data: Session } | undefined>('/session');
    if (reply) return began(reply.data);
  } catch (e) {
    if (!(e instanceof ApiError) || e.status !== 401) throw e;
  }
  signedOutHere.set(true);
  return null;
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

export const useMayImport = () => useSession().special_rights.includes('import');

export function useSignIn() {
  const client = useQueryClient();
  return async (body: Record<string, string>) => {
    const { data } = await api<{ data: Session }>('/session', { method: 'POST', body });
    client.removeQueries({ predicate: (q) => q.queryKey[0] !== 'session' });
    client.setQueryData(sessionKey, began(data));
    return data;
  };
}

export function useSignOut() {
  const client = useQueryClient();
  return async () => {
    await api('/session', { method: 'DELETE' });
    signedOutHere.set(true);
    client.removeQueries({ predicate: (q) => q.queryKey[0] !== 'session' });
    client.setQueryData(sessionKey, null);
  };
}
