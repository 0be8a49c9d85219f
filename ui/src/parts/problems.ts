import { ApiError } from '../api/client';

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
