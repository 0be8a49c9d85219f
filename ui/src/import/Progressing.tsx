import { Button } from 'antd';
import { Link } from 'react-router';
import { cancelJob, isOver, jobError } from '../api/jobs';
import type { Job } from '../api/types';
import { useTranslation } from '../app/i18n';
import { Bar } from '../parts/Bar';
import { useFormat } from '../parts/useFormat';
import { useTell } from '../parts/useTell';

/** Seconds that are left at the present pace; null while that cannot be said. */
export function secondsLeft(job: Job, now = Date.now()): number | null {
  if (!job.total || !job.started_at || job.done < job.total / 50) return null;
  const spent = (now - Date.parse(job.started_at)) / 1000;
  return spent > 1 ? Math.ceil((spent * (job.total - job.done)) / job.done) : null;
}

export function Progressing({ job, id }: { job: Job | undefined; id: string }) {
  const { t } = useTranslation();
  const f = useFormat();
  const tell = useTell();
  const left = job ? secondsLeft(job) : null;
  return (
    <div className="panel progressing" role="status">
      <p className="state-title">{job?.label || job?.message || t('job.waiting')}</p>
      <Bar share={job?.total ? job.done / job.total : null} label={t('job.label')} />
      <p className="muted">
        {job?.total
          ? t(job.done < job.total ? 'import.progress' : 'job.progress', {
              done: f.number(job.done),
              total: f.number(job.total),
            })
          : t('job.waiting')}
        {left !== null ? ` · ${t('job.left', { count: left, n: f.number(left) })}` : ''}
      </p>
      {jobError(job) && <p className="field-error">{jobError(job)}</p>}
      <div className="state-actions">
        {job && !isOver(job) && job.cancellable !== false && (
          <Button onClick={() => cancelJob(id).catch(tell.error)}>{t('action.cancel')}</Button>
        )}
        <Link to="/jobs" className="small">
          {t('job.leave')}
        </Link>
      </div>
    </div>
  );
}
