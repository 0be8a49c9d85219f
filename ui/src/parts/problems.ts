import { ApiError } from '../api/client';
import { connection } from '../api/connection';

/** That the server was not reached is said until it is: then `clear` is told what to take away. */
export function untilBack(e: unknown, clear: (said: string) => void) {
  if (e instanceof ApiError && e.code === 'offline')
    void connection.whenBack().then(() => clear(e.message));
}

/** What the server says of each field and who holds its value, and the rest in one sentence. */
export function problemsOf(e: unknown, fields: string[]) {
  if (!(e instanceof ApiError)) return { fields: {}, general: '', holders: {} };
  const by = e.byField();
  const known = Object.fromEntries(Object.entries(by).filter(([name]) => fields.includes(name)));
  const others = Object.entries(by)
    .filter(([name]) => !fields.includes(name))
    .map(([, words]) => words);
  const general = others.join(' ') || (Object.keys(known).length ? '' : e.message);
  return { fields: known, general, holders: e.holders() };
}
