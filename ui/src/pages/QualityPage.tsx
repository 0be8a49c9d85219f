import { useQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router';
import { api } from '../api/client';
import { mayReadCustomers, useModel } from '../api/model';
import { Lost } from '../app/Lost';
import type { Condition } from '../condition/condition';
import { useTranslation } from '../app/i18n';
import { plainList, writeState } from '../list/state';
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
  /** One of them filled makes a record valid; none where this reader may not filter by all. */
  contacts: string[];
  validity: number | null;
  completeness: number | null;
  records: number;
  groups: QualityGroup[];
  reference: { validity: number; completeness: number };
}

/** Where the customers are that a figure counts. */
function listOf(...where: Condition[]): string {
  return `/customers?${writeState({ ...plainList, where: where.length ? { all: where } : null })}`;
}

const inGroup = (by: string, key: string): Condition =>
  key ? { field: by, in: [key] } : { field: by, isNull: true };

/** null: there is no condition for it. */
const validBy = (contacts: string[]): Condition | null =>
  contacts.length ? { any: contacts.map((field) => ({ field, isNull: false })) } : null;

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
  const valid = q ? validBy(q.contacts) : null;
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('menu.quality')}</h1>
        {q && (
          <span>
            <Link to={listOf()}>{t('list.count', { count: q.records, n: f.number(q.records) })}</Link>
            <span className="muted">
              {' · '}
              {t('quality.countedAt', { at: f.instant(q.counted_at) })}
            </span>
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
                to={valid && listOf(valid)}
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
          <Groups groups={q.groups} reference={q.reference} by={by} valid={valid} />
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
  valid,
}: {
  groups: QualityGroup[];
  reference: Quality['reference'];
  by: string;
  valid: Condition | null;
}) {
  const { t } = useTranslation();
  const f = useFormat();
  if (groups.length === 0) return <p className="muted">{t('quality.noGroups')}</p>;
  const share = (value: number, line: number, to: string | null = null) => (
    <td className="quality-share">
      <span className="quality-bar" aria-hidden="true">
        <span
          className={value >= line ? 'meter-good' : 'meter-low'}
          style={{ width: `${Math.round(value * 100)}%` }}
        />
        <i style={{ left: `${line * 100}%` }} />
      </span>
      {to ? <Link to={to}>{f.percent(value)}</Link> : f.percent(value)}
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
            <td className="grid-figure">
              <Link to={listOf(inGroup(by, g.key))}>{f.number(g.records)}</Link>
            </td>
            {share(g.validity, reference.validity, valid && listOf(inGroup(by, g.key), valid))}
            {share(g.completeness, reference.completeness)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
