import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { kept } from '../app/store';
import { askSignIn } from '../parts/ask';
import { ApiError, api, onSignedOut, setCsrf } from './client';
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
async function readSession(known: Session | null | undefined): Promise<Session | null> {
  if (signedOutHere.get()) return null;
  try {
    const reply = await api<{ data: Session } | undefined>('/session');
    if (reply) return began(reply.data);
  } catch (e) {
    if (!(e instanceof ApiError) || e.status !== 401) throw e;
  }
  if (known) {
    void sessionEnded();
    return known;
  }
  signedOutHere.set(true);
  return null;
}

let sessionEnded: () => Promise<boolean> = async () => false;

/** The session of who is at work has ended: he is asked to sign in where he is, or leaves. */
export function watchSession(client: QueryClient) {
  sessionEnded = async () => {
    const known = client.getQueryData<Session | null>(sessionKey);
    const again = !!known && (await askSignIn(known.user.email));
    if (again) void client.invalidateQueries({ predicate: (q) => q.queryKey[0] !== 'session' });
    else leave(client);
    return again;
  };
  onSignedOut(sessionEnded);
}

function leave(client: QueryClient) {
  signedOutHere.set(true);
  client.removeQueries({ predicate: (q) => q.queryKey[0] !== 'session' });
  client.setQueryData(sessionKey, null);
}

export function useSessionQuery() {
  const client = useQueryClient();
  return useQuery({
    queryKey: sessionKey,
    queryFn: () => readSession(client.getQueryData<Session | null>(sessionKey)),
    staleTime: 5 * 60_000,
  });
}

/** For pages behind the log-in, where there always is one. */
export function useSession(): Session {
  const { data } = useSessionQuery();
  if (!data) throw new Error('no session');
  return data;
}

export const useMayImport = () => useSession().special_rights.includes('import');

/** What does not depend on who is signed in; the link that was just used is not asked again. */
const stays = new Set<unknown>(['session', 'invitation']);

/** Sends what lets somebody in; from then on it is his session. */
function useEnter() {
  const client = useQueryClient();
  return async (path: string, body: Record<string, string>, again = false) => {
    const { data } = await api<{ data: Session }>(path, { method: 'POST', body });
    if (!again) client.removeQueries({ predicate: (q) => !stays.has(q.queryKey[0]) });
    client.setQueryData(sessionKey, began(data));
    return data;
  };
}

export function useSignIn() {
  const enter = useEnter();
  return (body: Record<string, string>, again = false) => enter('/session', body, again);
}

export function useAcceptInvitation() {
  const enter = useEnter();
  return (token: string, password: string) => enter('/invitation/password', { token, password });
}

export function useSignOut() {
  const client = useQueryClient();
  return async () => {
    await api('/session', { method: 'DELETE' });
    leave(client);
  };
}
