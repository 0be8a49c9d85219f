import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { api } from '../api/client';
import { mayReadCustomers, useModel } from '../api/model';
import { Lost } from '../app/Lost';
import { useTranslation } from '../app/i18n';
import type { QualityGroup } from '../import/types';
import { Meter } from '../parts/Meter';
import { Failure, Skeleton } from '../parts/states';
import { useFormat } from '../parts/useFormat';
import { useTitle } from '../parts/useTitle';
import { QualityQueue } from './QualityQueue';
import '../styles/import.css';
import '../styles/field.css';
import '../styles/quality.css';

interface Quality {
  counted_at: string;
  validity: number | null;
  completeness: number | null;
  records: number;
  groups: QualityGroup[];
  reference: { validity: number; completeness: number };
}

const groupings = ['source', 'owner'] as const;

export function QualityPage() {
  return mayReadCustomers(useModel()) ? <Measured /> : <Lost />;
}

function Measured() {
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
            {' · '}
            {t('quality.countedAt', { at: f.instant(q.counted_at) })}
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
      <QualityQueue />
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
