import { lazy, Suspense, useState } from 'react';
import { ApiError } from '../api/client';
import { type OneRecord, useWrites } from '../api/records';
import type { Field, ModelObject, RecordData, Titles } from '../api/types';
import { isSame } from '../form/useTheirs';
import { problemsOf, untilBack } from '../parts/problems';
import { useTell } from '../parts/useTell';
import { isMasked } from './masked';

const Conflict = lazy(() => import('./Conflict'));

/** A value being written, and the version of the record that its writer saw. */
interface Draft {
  value: unknown;
  version: number | string;
  /** The field as it was shown then. */
  seen: unknown;
}

/** One value of one record while it is written: its save, what the server says, and who was faster. */
export function useDraft({
  object,
  record,
  field,
  titles,
  initial = null,
  onDone,
}: {
  object: ModelObject;
  record: RecordData;
  field: Field;
  titles: Titles;
  initial?: Draft | null;
  onDone?: (saved: OneRecord | null) => void;
}) {
  const writes = useWrites(object.plural);
  const tell = useTell();
  const [draft, setDraft] = useState<Draft | null>(initial);
  const [error, setError] = useState('');
  const [holder, setHolder] = useState('');
  const [busy, setBusy] = useState(false);
  const [stale, setStale] = useState<RecordData | null>(null);

  const end = (saved: OneRecord | null) => {
    setDraft(null);
    setStale(null);
    setError('');
    onDone?.(saved);
  };
  const refused = (e: unknown) => {
    const found = problemsOf(e, [field.name]);
    setHolder(found.holders[field.name] ?? '');
    setError(found.fields[field.name] ?? found.general);
    untilBack(e, (said) => setError((now) => (now === said ? '' : now)));
    if (!(e instanceof ApiError)) tell.error(e);
  };
  /** null: somebody changed the same value, and the writer is asked. */
  const write = async ({ value, version, seen }: Draft): Promise<OneRecord | null> => {
    try {
      return await writes.update({ id: record.id, version }, { [field.name]: value });
    } catch (e) {
      if (!(e instanceof ApiError) || e.code !== 'stale' || !e.body.current) throw e;
      const current = e.body.current as RecordData;
      if (isSame(current[field.name], seen)) return write({ value, version: current.version, seen });
      setStale(current);
      return null;
    }
  };
  /** Whether it is saved. */
  const save = async (next = draft): Promise<boolean> => {
    if (!next || busy) return false;
    setBusy(true);
    setError('');
    try {
      const saved = await write(next);
      if (saved) end(saved);
      return saved !== null;
    } catch (e) {
      refused(e);
      return false;
    } finally {
      setBusy(false);
    }
  };

  return {
    draft,
    error,
    holder,
    busy,
    save,
    /** What is masked is replaced without being seen. */
    open: () =>
      setDraft({
        value: isMasked(record, field) ? null : record[field.name],
        version: record.version,
        seen: record[field.name],
      }),
    set: (value: unknown) => {
      setError('');
      setDraft((old) => old && { ...old, value });
    },
    close: () => end(null),
    conflict: stale && draft && (
      <Suspense>
        <Conflict
          object={object}
          current={stale}
          yours={{ [field.name]: draft.value }}
          titles={titles}
          onKeepMine={() => {
            setStale(null);
            void save({ ...draft, version: stale.version, seen: stale[field.name] });
          }}
          onTakeTheirs={() => {
            writes.refresh(record.id);
            end(null);
          }}
          onClose={() => setStale(null)}
        />
      </Suspense>
    ),
  };
}
