import { useState } from 'react';
import type { Field, RecordData } from '../api/types';

/** What somebody else made of a field while the form was open. */
export interface Their {
  before: unknown;
  now: unknown;
  /** Changed here as well, so that the writer has to choose. */
  open: boolean;
}

export const isSame = (a: unknown, b: unknown) =>
  JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

const emptied = (value: unknown) =>
  value === '' || (Array.isArray(value) && value.length === 0) ? null : value;

/** Something says other than what it is laid over; what was typed and taken away again does not. */
export const isChanged = (changes: Record<string, unknown>, over: Record<string, unknown>) =>
  Object.entries(changes).some(([n, v]) => !isSame(emptied(v), emptied(over[n])));

const newer = (a: RecordData | undefined, b: RecordData | null) =>
  b && (!a || Number(b.version) > Number(a.version)) ? b : a;

/**
 * Holds the record that the writer began with against what it is now, field by field. What was not
 * touched here takes the new value, in sight; what both changed waits for a decision.
 */
export function useTheirs(latest: RecordData | undefined, changes: Record<string, unknown>) {
  const [began] = useState(latest);
  const [told, setTold] = useState<RecordData | null>(null);
  const [mine, setMine] = useState<Record<string, unknown>>({});
  const now = newer(latest, told);

  const theirs = (fields: Field[], current = now): Record<string, Their> =>
    began && current && current.version !== began.version
      ? Object.fromEntries(
          fields.flatMap(({ name }): [string, Their][] => {
            const before = began[name];
            if (isSame(before, current[name])) return [];
            const both = name in changes && !isSame(changes[name], current[name]);
            const decided = name in mine && isSame(mine[name], current[name]);
            return [[name, { before, now: current[name], open: both && !decided }]];
          }),
        )
      : {};

  return {
    /** What the form shows and the version that it saves over. */
    now,
    theirs,
    /** The server's word that there is a newer one. */
    tell: setTold,
    keepMine: (name: string) => setMine((old) => ({ ...old, [name]: now?.[name] })),
  };
}
