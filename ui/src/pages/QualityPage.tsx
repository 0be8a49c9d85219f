import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { api } from '../api/client';
import { fieldNamed, objectNamed, useModel } from '../api/model';
import { useRecord, useWrites } from '../api/records';
import type { ModelObject } from '../api/types';
import { useTranslation } from '../app/i18n';
import { FieldInput } from '../field/FieldInput';
import type { QualityGroup } from '../import/types';
import { Avatar } from '../parts/Avatar';
import { Meter } from '../parts/Meter';
import { More } from '../parts/More';
import { problemsOf } from '../parts/problems';
import { Empty, Failure, Skeleton } from '../parts/states';
import { useFormat } from '../parts/useFormat';
import { useTell } from '../parts/useTell';
import { useTitle } from '../parts/useTitle';
import '../styles/import.css';
import '../styles/field.css';
import '../styles/quality.css';

interface Quality {
  validity: number | null;
  completeness: number | null;
  records: number;
  groups: QualityGroup[];
  reference: { validity: number; completeness: number };
}

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

const groupings = ['source', 'owner'] as const;

export function QualityPage() {
  const { t } = useTranslation();
  const f = useFormat();
  const [query, setQuery] = useSearchParams();
  const by = query.get('by') === 'owner' ? 'owner' : 'source';
  const quality = useQuery({
    queryKey: ['quality', by],
    queryFn: async ({ signal }) =>
      (await api<{ data: Quality }>('/quality', { query: { by }, signal })).data,
    placeholderData: (old) => old,
  });
  useTitle(t('menu.quality'));
  const q = quality.data;
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('menu.quality')}</h1>
        {q && (
          <span className="muted">
            {t('list.count', { count: q.records, n: f.number(q.records) })}
          </span>
        )}
      </div>
      {quality.isPending ? (
        <Skeleton />
      ) : quality.isLoadingError || !q ? (
        <Failure error={quality.error} retry={() => void quality.refetch()} />
      ) : (
        <>
          <div className="quality-meters">
            <div className="panel quality-meter">
              <Meter
                label={t('quality.validity')}
                value={q.validity}
                reference={q.reference.validity}
              />
              <p className="small muted">{t('quality.validityHint')}</p>
            </div>
            <div className="panel quality-meter">
              <Meter
                label={t('quality.completeness')}
                value={q.completeness}
                reference={q.reference.completeness}
              />
              <p className="small muted">{t('quality.completenessHint')}</p>
            </div>
          </div>
          <div className="kinds" role="group" aria-label={t('quality.by')}>
            {groupings.map((g) => (
              <button
                key={g}
                type="button"
                aria-pressed={by === g}
                onClick={() => setQuery({ by: g }, { replace: true })}
              >
                {t(`quality.by.${g}`)}
              </button>
            ))}
          </div>
          <Groups groups={q.groups} reference={q.reference} by={by} />
        </>
      )}
      <h2 className="quality-title">{t('quality.queue')}</h2>
      <Queue />
    </div>
  );
}

function Groups({
  groups,
  reference,
  by,
}: {
  groups: QualityGroup[];
  reference: Quality['reference'];
  by: string;
}) {
  const { t } = useTranslation();
  const f = useFormat();
  if (groups.length === 0) return <p className="muted">{t('quality.noGroups')}</p>;
  const share = (value: number, line: number) => (
    <td className="quality-share">
      <span className="quality-bar" aria-hidden="true">
        <span
          className={value >= line ? 'meter-good' : 'meter-low'}
          style={{ width: `${Math.round(value * 100)}%` }}
        />
        <i style={{ left: `${line * 100}%` }} />
      </span>
      {f.percent(value)}
    </td>
  );
  return (
    <table className="panel quality-table">
      <thead>
        <tr>
          <th>{t(`quality.group.${by}`)}</th>
          <th className="grid-figure">{t('quality.records')}</th>
          <th>{t('quality.validity')}</th>
          <th>{t('quality.completeness')}</th>
        </tr>
      </thead>
      <tbody>
        {groups.map((g) => (
          <tr key={g.key || '-'}>
            <th scope="row">{g.title || g.key || t('quality.unknown')}</th>
            <td className="grid-figure">{f.number(g.records)}</td>
            {share(g.validity, reference.validity)}
            {share(g.completeness, reference.completeness)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Queue() {
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
