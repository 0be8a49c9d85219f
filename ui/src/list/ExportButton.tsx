import { Button, Dropdown } from 'antd';
import { useEffect, useState } from 'react';
import { api, fileUrl } from '../api/client';
import { cancelJob, isOver, jobError, jobFile, useJob } from '../api/jobs';
import type { Job, ModelObject } from '../api/types';
import { useTranslation } from '../app/i18n';
import type { Condition } from '../condition/condition';
import { Bar } from '../parts/Bar';
import { Icon } from '../parts/Icon';
import { useFormat } from '../parts/useFormat';
import { useTell } from '../parts/useTell';

export interface ExportOf {
  where: Condition | null;
  q: string;
  sort: string;
}

/** Starts an export and shows its progress in place until the file is there. */
export function useExport(object: ModelObject) {
  const tell = useTell();
  const [job, setJob] = useState<string | null>(null);
  return {
    job,
    done: () => setJob(null),
    async start(of: ExportOf, fields: string[], format: 'xlsx' | 'csv') {
      try {
        const body = {
          ...(of.where ? { where: of.where } : {}),
          ...(of.q ? { q: of.q } : {}),
          ...(of.sort ? { sort: of.sort } : {}),
          fields,
          format,
        };
        const { data } = await api<{ data: Job }>(`/${object.plural}/export`, {
          method: 'POST',
          body,
        });
        setJob(data.id);
      } catch (e) {
        tell.error(e);
      }
    },
  };
}

export function ExportButton({
  object,
  state,
  columns,
}: {
  object: ModelObject;
  state: ExportOf;
  columns: string[];
}) {
  const { t } = useTranslation();
  const { job, start, done } = useExport(object);
  const items = [
    { key: 'xlsx', label: t('export.xlsx') },
    { key: 'csv', label: t('export.csv') },
  ];
  return (
    <>
      <Dropdown
        trigger={['click']}
        placement="bottomRight"
        menu={{ items, onClick: (e) => void start(state, columns, e.key as 'xlsx' | 'csv') }}
      >
        <Button icon={<Icon name="download" size={16} />}>{t('export.button')}</Button>
      </Dropdown>
      {job && <ExportProgress id={job} onClose={done} />}
    </>
  );
}

export function ExportProgress({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  const f = useFormat();
  const tell = useTell();
  const { data: job } = useJob(id);
  const file = job?.state === 'done' ? jobFile(job) : null;
  useEffect(() => {
    if (!file) return;
    const a = document.createElement('a');
    a.href = fileUrl(file);
    a.download = '';
    a.click();
  }, [file]);
  return (
    <div className="job-card" role="status">
      <div className="job-card-head">
        <strong>
          {job?.state === 'done'
            ? t('export.ready')
            : job && isOver(job)
              ? t(`job.${job.state}`)
              : t('export.running')}
        </strong>
        <button
          type="button"
          className="icon-button"
          onClick={onClose}
          aria-label={t('action.close')}
        >
          <Icon name="close" size={16} />
        </button>
      </div>
      {job && !isOver(job) && (
        <>
          <Bar share={job.total ? job.done / job.total : null} label={t('export.running')} />
          <p className="small muted">
            {job.total
              ? t('job.progress', { done: f.number(job.done), total: f.number(job.total) })
              : t('job.waiting')}
          </p>
          <button
            type="button"
            className="link-button"
            onClick={() => cancelJob(id).catch(tell.error)}
          >
            {t('action.cancel')}
          </button>
        </>
      )}
      {jobError(job) && <p className="small">{jobError(job)}</p>}
      {file && (
        <a href={fileUrl(file)} download>
          {t('export.download')}
        </a>
      )}
    </div>
  );
}
