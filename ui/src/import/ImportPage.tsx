import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useEffectEvent, useState } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { api } from '../api/client';
import { isOver, jobError, useJob } from '../api/jobs';
import { objectNamed, useModel } from '../api/model';
import type { Job } from '../api/types';
import { useTranslation } from '../app/i18n';
import { Failure, Skeleton } from '../parts/states';
import { useTell } from '../parts/useTell';
import { useTitle } from '../parts/useTitle';
import { DeleteImport } from './DeleteImport';
import { DropFile } from './DropFile';
import { Mapping, type MappingDraft } from './Mapping';
import { Progressing } from './Progressing';
import { ReportView } from './ReportView';
import { type ImportRecord, importName } from './types';
import '../styles/form.css';
import '../styles/import.css';
import '../styles/field.css';

const steps = ['file', 'mapping', 'check', 'done'] as const;
type Step = (typeof steps)[number];

export function ImportPage() {
  const { id } = useParams();
  return id === 'new' ? <NewImport /> : <OneImport key={id} id={id ?? ''} />;
}

function NewImport() {
  const { t } = useTranslation();
  useTitle(t('import.start'));
  return (
    <div className="page import">
      <ImportHead title={t('import.start')} step="file" />
      <DropFile />
    </div>
  );
}

function ImportHead({
  title,
  step,
  children,
}: {
  title: string;
  step: Step;
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  const at = steps.indexOf(step);
  return (
    <>
      <div className="page-head">
        <h1>{title}</h1>
        <Link to="/imports" className="small">
          {t('import.all')}
        </Link>
        {children}
      </div>
      <ol className="steps">
        {steps.map((s, i) => (
          <li
            key={s}
            aria-current={s === step ? 'step' : undefined}
            className={i < at ? 'step-past' : undefined}
          >
            <span className="step-number">{i + 1}</span>
            {t(`import.step.${s}`)}
          </li>
        ))}
      </ol>
    </>
  );
}

function stepOf(i: ImportRecord, editing: boolean): Step {
  if (i.state === 'uploaded' || i.state === 'checking' || (i.state === 'checked' && editing))
    return 'mapping';
  return i.state === 'checked' ? 'check' : 'done';
}

const busyStates = new Set(['checking', 'running', 'undoing']);

function OneImport({ id }: { id: string }) {
  const { t } = useTranslation();
  const model = useModel();
  const client = useQueryClient();
  const tell = useTell();
  const navigate = useNavigate();
  const [query, setQuery] = useSearchParams();
  const [editing, setEditing] = useState(false);
  const key = ['import', id];
  const one = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) =>
      (await api<{ data: ImportRecord }>(`/imports/${id}`, { signal })).data,
    refetchInterval: (q) => (busyStates.has(q.state.data?.state ?? '') ? 2000 : false),
  });
  const data = one.data;
  const busyJob =
    query.get('job') ?? (busyStates.has(data?.state ?? '') ? data?.job : null) ?? null;
  const { data: job } = useJob(busyJob);
  useTitle(data ? importName(data) : t('menu.imports'));

  const onOver = useEffectEvent(async () => {
    if (jobError(job)) tell.failed(jobError(job));
    void client.invalidateQueries({ queryKey: ['list'] });
    void client.invalidateQueries({ queryKey: ['imports'] });
    await client.invalidateQueries({ queryKey: key });
    setQuery({}, { replace: true });
  });
  const over = isOver(job);
  useEffect(() => {
    if (over) void onOver();
  }, [over]);

  if (one.isPending) return <Skeleton rows={8} />;
  if (one.isLoadingError || !data) return <Failure error={one.error} retry={() => void one.refetch()} />;
  const object = objectNamed(model, data.object);
  if (!object) return <Failure error={new Error(data.object)} />;

  const patch = async (body: object) => {
    const reply = await api<{ data: ImportRecord }>(`/imports/${id}`, {
      method: 'PATCH',
      body,
      ...(data.version === undefined ? {} : { version: data.version }),
    });
    client.setQueryData(key, reply.data);
  };
  const begin = async (action: 'check' | 'run' | 'undo') => {
    try {
      const reply = await api<{ data: Job }>(`/imports/${id}/${action}`, {
        method: 'POST',
        body: {},
      });
      setEditing(false);
      setQuery({ job: reply.data.id }, { replace: true });
    } catch (e) {
      tell.error(e);
    }
  };
  const check = async (draft: MappingDraft) => {
    try {
      await patch(draft);
      await begin('check');
    } catch (e) {
      tell.error(e);
    }
  };
  const step = stepOf(data, editing);
  return (
    <div className="page import">
      <ImportHead title={importName(data)} step={step}>
        {!busyJob && <DeleteImport data={data} onDone={() => void navigate('/imports')} />}
      </ImportHead>
      {busyJob ? (
        <Progressing job={job} id={busyJob} />
      ) : step === 'mapping' ? (
        <Mapping
          key={data.version ?? data.sheet}
          data={data}
          object={object}
          onSheet={(sheet) => patch({ sheet }).catch(tell.error)}
          onHeader={(header_row) => patch({ header_row }).catch(tell.error)}
          onCheck={check}
        />
      ) : (
        <ReportView
          data={data}
          object={object}
          onBack={() => setEditing(true)}
          onRun={() => begin('run')}
          onUndo={() => begin('undo')}
          onAnswered={() => void one.refetch()}
        />
      )}
    </div>
  );
}
