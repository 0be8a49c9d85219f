import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useSearchParams } from 'react-router';
import { api, fileUrl } from '../api/client';
import { cancelJob, isOver, jobError, jobFile, retryJob } from '../api/jobs';
import type { Job } from '../api/types';
import { useTranslation } from '../app/i18n';
import { secondsLeft } from '../import/Progressing';
import { keptOpen } from '../list/batch';
import { useUndoBatch } from '../list/useUndoBatch';
import { Bar } from '../parts/Bar';
import { Badge, Empty, Failure, Skeleton } from '../parts/states';
import { useFormat } from '../parts/useFormat';
import { useTell } from '../parts/useTell';
import { useTitle } from '../parts/useTitle';
import '../styles/field.css';
import '../styles/import.css';

const states = ['', 'running', 'waiting', 'done', 'failed', 'cancelled', 'dead'];
const colors: Record<string, string> = {
  waiting: 'grey',
  running: 'blue',
  done: 'green',
  failed: 'red',
  cancelled: 'amber',
  dead: 'red',
};
/** An import is undone on its own page; of an undo there is the history of what it changed. */
const takenBackElsewhere = new Set(['import_check', 'import_run', 'import_undo', 'undo', 'export']);
const busyInterval = 2000;
const idleInterval = 15_000;

export function JobsPage() {
  const { t } = useTranslation();
  const [query, setQuery] = useSearchParams();
  const state = query.get('state') ?? '';
  const list = useQuery({
    queryKey: ['jobs', state],
    queryFn: ({ signal }) => api<{ data: Job[] }>('/jobs', { query: { state }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: (q) =>
      q.state.data?.data.some((j) => !isOver(j)) ? busyInterval : idleInterval,
  });
  useTitle(t('menu.jobs'));
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('menu.jobs')}</h1>
      </div>
      <div className="kinds job-states" role="group" aria-label={t('job.filter')}>
        {states.map((s) => (
          <button
            key={s}
            type="button"
            aria-pressed={state === s}
            onClick={() => setQuery(s ? { state: s } : {}, { replace: true })}
          >
            {s ? t(`job.${s}`) : t('job.all')}
          </button>
        ))}
      </div>
      {list.isPending ? (
        <Skeleton />
      ) : list.isLoadingError ? (
        <Failure error={list.error} retry={() => void list.refetch()} />
      ) : list.data.data.length === 0 ? (
        <NoJobs state={state} showAll={() => setQuery({}, { replace: true })} />
      ) : (
        <ul className="panel rows">
          {list.data.data.map((j) => (
            <JobRow key={j.id} job={j} />
          ))}
        </ul>
      )}
    </div>
  );
}

function NoJobs({ state, showAll }: { state: string; showAll: () => void }) {
  const { t } = useTranslation();
  if (!state) return <Empty icon="clock" title={t('job.none')} hint={t('job.noneHint')} />;
  return (
    <Empty icon="clock" title={t('job.noneSo', { state: t(`job.${state}`) })}>
      <Button onClick={showAll}>{t('job.showAll')}</Button>
    </Empty>
  );
}

function JobRow({ job }: { job: Job }) {
  const { t } = useTranslation();
  const f = useFormat();
  const tell = useTell();
  const client = useQueryClient();
  const undo = useUndoBatch();
  const act = (work: Promise<unknown>) =>
    work.then(() => client.invalidateQueries({ queryKey: ['jobs'] })).catch(tell.error);
  const file = job.state === 'done' ? jobFile(job) : null;
  const left = job.state === 'running' ? secondsLeft(job) : null;
  const name = [job.label || job.kind, job.subject].filter(Boolean).join(' · ');
  const wrong = jobError(job);
  return (
    <li className="row-link">
      <span className="row-main">
        <strong>{name}</strong>
        <span className="small muted">
          <time dateTime={job.created_at} title={f.exact(job.created_at)}>
            {f.instant(job.created_at)}
          </time>
          {job.total
            ? ` · ${t('job.progress', { done: f.number(job.done), total: f.number(job.total) })}`
            : ''}
          {left !== null ? ` · ${t('job.left', { count: left, n: f.number(left) })}` : ''}
          {(job.attempts ?? 0) > 1 ? ` · ${t('job.attempts', { n: job.attempts })}` : ''}
          {job.kind === 'undo' && keptOpen(job)
            ? ` · ${t('bulk.undonePart', { n: f.number(keptOpen(job)) })}`
            : ''}
          {job.message && job.message !== wrong ? ` · ${job.message}` : ''}
        </span>
        {job.state === 'running' && job.total ? (
          <Bar share={job.done / job.total} label={name} />
        ) : null}
        {wrong && <span className="small field-error">{wrong}</span>}
      </span>
      <Badge color={colors[job.state]}>{t(`job.${job.state}`)}</Badge>
      {file && (
        <a href={fileUrl(file)} download>
          {t('export.download')}
        </a>
      )}
      {!isOver(job) && job.cancellable !== false && (
        <Button onClick={() => void act(cancelJob(job.id))}>{t('action.cancel')}</Button>
      )}
      {(job.state === 'failed' || job.state === 'dead') && job.retryable !== false && (
        <Button onClick={() => void act(retryJob(job.id))}>{t('action.retry')}</Button>
      )}
      {job.batch && isOver(job) && !takenBackElsewhere.has(job.kind) && (
        <Button onClick={() => void undo(job.batch ?? '', name)}>{t('action.undo')}</Button>
      )}
    </li>
  );
}
