import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../api/client';
import { fieldNamed, objectNamed, useModel } from '../api/model';
import { useRecord, useWrites } from '../api/records';
import type { ModelObject } from '../api/types';
import { useTranslation } from '../app/i18n';
import { FieldInput } from '../field/FieldInput';
import { Avatar } from '../parts/Avatar';
import { More } from '../parts/More';
import { problemsOf, untilBack } from '../parts/problems';
import { Empty, Failure, Skeleton } from '../parts/states';
import { useTell } from '../parts/useTell';

interface Problem {
  field: string;
  code: string;
  message: string;
  suggestion?: unknown;
}

interface Queued {
  id: string;
  object?: string;
  title: string;
  problems: Problem[];
}

/** Records to repair, cheapest first, each with its input at hand. */
export function QualityQueue() {
  const { t } = useTranslation();
  const model = useModel();
  const list = useInfiniteQuery({
    queryKey: ['quality-queue'],
    queryFn: ({ pageParam, signal }) =>
      api<{ data: Queued[]; has_more?: boolean; next?: string | null }>('/quality/queue', {
        query: { after: pageParam },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last) => (last.has_more ? (last.next ?? undefined) : undefined),
  });
  if (list.isPending) return <Skeleton rows={4} />;
  if (list.isLoadingError) return <Failure error={list.error} retry={() => void list.refetch()} />;
  const rows = list.data.pages.flatMap((p) => p.data);
  if (rows.length === 0)
    return <Empty icon="check" title={t('quality.clean')} hint={t('quality.cleanHint')} />;
  return (
    <>
      <ul className="panel rows">
        {rows.map((r) => {
          const object = objectNamed(model, r.object ?? 'customer');
          return object ? <QueueRow key={r.id} row={r} object={object} /> : null;
        })}
      </ul>
      <More list={list} />
    </>
  );
}

function QueueRow({ row, object }: { row: Queued; object: ModelObject }) {
  const [open, setOpen] = useState<Problem | null>(null);
  return (
    <li className="queue-row">
      <Avatar id={row.id} name={row.title} size={28} />
      <span className="row-main">
        <Link to={`/${object.plural}/${row.id}`}>{row.title}</Link>
        <span className="queue-problems">
          {row.problems.map((p) => (
            <button
              key={p.field + p.code}
              type="button"
              className="queue-problem"
              aria-expanded={open === p}
              onClick={() => setOpen(open === p ? null : p)}
            >
              {fieldNamed(object, p.field)?.label ?? p.field}: {p.message}
            </button>
          ))}
        </span>
        {open && <Repair id={row.id} object={object} problem={open} onDone={() => setOpen(null)} />}
      </span>
    </li>
  );
}

function Repair({
  id,
  object,
  problem,
  onDone,
}: {
  id: string;
  object: ModelObject;
  problem: Problem;
  onDone: () => void;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const tell = useTell();
  const record = useRecord(object.plural, id);
  const writes = useWrites(object.plural);
  const field = fieldNamed(object, problem.field);
  const [draft, setDraft] = useState<{ value: unknown } | null>(
    problem.suggestion === undefined || problem.suggestion === null
      ? null
      : { value: problem.suggestion },
  );
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  if (!field) return null;
  if (record.isPending) return <div className="input-waiting" />;
  if (record.isLoadingError) return <p className="field-error">{record.error.message}</p>;

  const save = async () => {
    setBusy(true);
    setError('');
    try {
      await writes.update(record.data.data, { [field.name]: draft?.value ?? null });
      await client.invalidateQueries({ queryKey: ['quality-queue'] });
      void client.invalidateQueries({ queryKey: ['quality'] });
      onDone();
    } catch (e) {
      const found = problemsOf(e, [field.name]);
      setError(found.fields[field.name] ?? found.general);
      untilBack(e, (said) => setError((now) => (now === said ? '' : now)));
      if (!found.fields[field.name] && !found.general) tell.error(e);
    } finally {
      setBusy(false);
    }
  };
  const inputId = `repair-${id}-${field.name}`;
  return (
    <form
      className="repair"
      onSubmit={(e) => {
        e.preventDefault();
        void save();
      }}
    >
      <label htmlFor={inputId}>{field.label}</label>
      <div className="repair-input">
        <FieldInput
          id={inputId}
          field={field}
          value={draft ? draft.value : record.data.data[field.name]}
          titles={record.data.titles}
          autoFocus
          invalid={Boolean(error)}
          onChange={(value) => setDraft({ value })}
        />
      </div>
      <Button type="primary" htmlType="submit" loading={busy} disabled={!draft}>
        {t('quality.repair')}
      </Button>
      {error && <p className="field-error">{error}</p>}
    </form>
  );
}
