import { useMemo, useState } from 'react';
import { ApiError, keyKeeper } from '../api/client';
import { formSections } from '../api/model';
import { type OneRecord, useWrites } from '../api/records';
import type { Field, ModelObject, RecordData } from '../api/types';
import { useTranslation } from '../app/i18n';
import { problemsOf, untilBack } from '../parts/problems';
import { useTell } from '../parts/useTell';
import { without } from '../parts/without';
import { isChanged, useTheirs } from './useTheirs';

/** The server's newer version touches what is being written. */
const undecidedYet = new Error('undecided');

export type Values = Record<string, unknown>;

function focusField(name: string | undefined) {
  if (name) document.getElementById(`field-${name}`)?.focus();
}

/** What the server refused: at the fields, and above them all. */
function useRefusals(fields: Field[]) {
  const tell = useTell();
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [holders, setHolders] = useState<Record<string, string>>({});
  const [general, setGeneral] = useState('');
  const refused = (e: unknown) => {
    const known = fields.map((f) => f.name);
    const found = problemsOf(e, known);
    setErrors(found.fields);
    setHolders(found.holders);
    setGeneral(found.general);
    untilBack(e, (said) => setGeneral((now) => (now === said ? '' : now)));
    if (!(e instanceof ApiError)) tell.error(e);
    focusField(known.find((n) => found.fields[n]));
  };
  const settled = (name: string) => setErrors((old) => without(old, name));
  return { errors, holders, general, setGeneral, refused, settled };
}

/** The values of a form, over a record or new, and their way to the server. */
export function useRecordForm(
  object: ModelObject,
  latest: RecordData | undefined,
  preset: Values,
) {
  const { t } = useTranslation();
  const writes = useWrites(object.plural);
  const [changes, setChanges] = useState<Values>(preset);
  const [busy, setBusy] = useState(false);
  const [keys] = useState(keyKeeper);
  const { now: record, theirs: findTheirs, tell: tellNewer, keepMine } = useTheirs(latest, changes);
  const sections = useMemo(() => formSections(object, record), [object, record]);
  const fields = useMemo(() => sections.flatMap((s) => s.fields), [sections]);
  const { errors, holders, general, setGeneral, refused, settled } = useRefusals(fields);
  const theirs = findTheirs(fields);
  const undecided = Object.keys(theirs).filter((n) => theirs[n]?.open);

  const write = async (version = record?.version): Promise<OneRecord> => {
    if (!record || version === undefined) return writes.create(changes, keys.of(changes));
    try {
      return await writes.update({ id: record.id, version }, changes, keys.of(changes));
    } catch (e) {
      if (!(e instanceof ApiError) || e.code !== 'stale' || !e.body.current) throw e;
      const current = e.body.current as RecordData;
      tellNewer(current);
      // The newer version may have been on its way here still; where nobody touched the same
      // field there is nothing to decide.
      if (Object.values(findTheirs(fields, current)).some((x) => x.open)) throw undecidedYet;
      return write(current.version);
    }
  };

  const save = async (done: (saved: OneRecord) => Promise<void>) => {
    if (busy) return;
    setGeneral(undecided.length ? t('conflict.decide') : '');
    focusField(undecided[0]);
    if (undecided.length) return;
    setBusy(true);
    try {
      await done(await write());
    } catch (e) {
      if (e === undecidedYet) setGeneral(t('conflict.decide'));
      else refused(e);
    } finally {
      setBusy(false);
    }
  };

  return {
    record,
    sections,
    changes,
    dirty: isChanged(changes, record ?? preset),
    busy,
    errors,
    holders,
    general,
    theirs,
    keepMine,
    save,
    change: (name: string, value: unknown) => {
      setChanges((old) => ({ ...old, [name]: value }));
      settled(name);
    },
    keep: (name: string) => {
      setChanges((old) => without(old, name));
      settled(name);
    },
  };
}
