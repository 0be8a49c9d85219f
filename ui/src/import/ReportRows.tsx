import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api } from '../api/client';
import type { ModelObject } from '../api/types';
import { useTranslation } from '../app/i18n';
import { More } from '../parts/More';
import { Badge, Failure, Skeleton } from '../parts/states';
import { type Column, type ImportRecord, type ImportRow, importName } from './types';

interface RowsPage {
  data: ImportRow[];
  has_more: boolean;
  next: string | null;
}

const outcomeColor: Record<string, string> = {
  created: 'green',
  updated: 'blue',
  merged: 'blue',
  skipped: 'grey',
  refused: 'red',
};

/** The rows of the file cell by cell, each with what became or will become of it. */
export function ReportRows({
  data,
  object,
  outcome,
}: {
  data: ImportRecord;
  object: ModelObject;
  outcome: string;
}) {
  const { t } = useTranslation();
  const list = useInfiniteQuery({
    queryKey: ['import-rows', data.id, data.state, data.version, outcome],
    queryFn: ({ pageParam, signal }) =>
      api<RowsPage>(`/imports/${data.id}/rows`, {
        query: { outcome, after: pageParam, limit: 50 },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last) => (last.has_more ? last.next : undefined),
    retry: false,
  });
  if (list.isPending) return <Skeleton rows={5} />;
  if (list.isLoadingError) return <Failure error={list.error} retry={() => void list.refetch()} />;
  const rows = list.data.pages.flatMap((p) => p.data);
  if (rows.length === 0) return <p className="muted import-line">{t('import.noRows')}</p>;
  const columns = data.columns.filter((c) => c.field || c.split?.length);
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard */}
      <section className="panel report-rows" tabIndex={0} aria-label={importName(data)}>
        <table>
          <thead>
            <tr>
              <th>{t('import.line')}</th>
              <th>{t('import.outcome')}</th>
              <th>{t('import.problems')}</th>
              {columns.map((c) => (
                <th key={c.index}>{c.header}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((r) => (
              <Row key={r.line} row={r} columns={columns} object={object} />
            ))}
          </tbody>
        </table>
      </section>
      <More list={list} />
    </>
  );
}

function Row({ row, columns, object }: { row: ImportRow; columns: Column[]; object: ModelObject }) {
  const { t } = useTranslation();
  const problems = row.problems ?? [];
  const badge = (
    <Badge color={outcomeColor[row.outcome]}>
      {t(`import.outcome.${row.outcome}`, { defaultValue: row.outcome })}
    </Badge>
  );
  return (
    <tr>
      <td className="muted">{row.line}</td>
      <td>{row.record ? <Link to={`/${object.plural}/${row.record}`}>{badge}</Link> : badge}</td>
      <td className="report-problems">
        {problems.map((x) => (
          <div key={x.message} className={x.mild ? 'mild' : undefined}>
            {x.message}
          </div>
        ))}
      </td>
      {columns.map((c) => {
        const wrong = problems.find((x) => x.column === c.index || x.column === c.header);
        return (
          <td
            key={c.index}
            className={wrong ? (wrong.mild ? 'cell-mild' : 'cell-wrong') : undefined}
            title={wrong ? wrong.message : undefined}
          >
            <Cell row={row} column={c} />
          </td>
        );
      })}
    </tr>
  );
}

/** What the cell said, and under it what is made of it where that differs. */
function Cell({ row, column }: { row: ImportRow; column: Column }) {
  const raw = row.values?.[column.index];
  const made = row.made?.[column.index];
  return (
    <>
      {raw === null || raw === undefined ? '' : String(raw)}
      {made && <span className="cell-made">→ {made}</span>}
    </>
  );
}
