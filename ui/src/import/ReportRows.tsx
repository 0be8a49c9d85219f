import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api } from '../api/client';
import type { ModelObject } from '../api/types';
import { useTranslation } from '../app/i18n';
import { More } from '../parts/More';
import { Badge, Failure, Skeleton } from '../parts/states';
import {
  type Column,
  columnLetters,
  type ImportRecord,
  type ImportRow,
  importName,
  type Known,
  ofCards,
} from './types';

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
  const cards = ofCards(data);
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard */}
      <section className="panel report-rows" tabIndex={0} aria-label={importName(data)}>
        <table>
          <thead>
            <tr>
              <th>{t(cards ? 'import.card' : 'import.line')}</th>
              <th>{t('import.outcome')}</th>
              <th>{t('import.problems')}</th>
              {columns.map((c) => (
                <th key={c.index}>
                  {c.header || t('import.noHeader', { n: columnLetters(c.index) })}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((r) => (
              <Row key={r.line} row={r} cards={cards} columns={columns} object={object} />
            ))}
          </tbody>
        </table>
      </section>
      <More list={list} />
    </>
  );
}

function Row({
  row,
  cards,
  columns,
  object,
}: {
  row: ImportRow;
  cards: boolean;
  columns: Column[];
  object: ModelObject;
}) {
  const { t } = useTranslation();
  const problems = row.problems ?? [];
  const badge = (
    <Badge color={outcomeColor[row.outcome]}>
      {t(`import.outcome.${row.outcome}`, { defaultValue: row.outcome })}
    </Badge>
  );
  return (
    <tr>
      <td className="muted">{cards ? t('import.cardN', { n: row.line }) : row.line}</td>
      <td>
        {row.record ? (
          <Link to={`/${object.plural}/${row.record}`} target="_blank">
            {badge}
          </Link>
        ) : (
          badge
        )}
      </td>
      <td className="report-problems">
        {row.known && <KnownRecord known={row.known} object={object} />}
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

/** Whom the row was found to be, why, and what changes there. */
function KnownRecord({ known, object }: { known: Known; object: ModelObject }) {
  const { t } = useTranslation();
  return (
    <div className="report-known">
      <Link to={`/${object.plural}/${known.id}`} target="_blank">
        {known.title || `#${known.id.slice(-6)}`}
      </Link>
      {known.reasons.length > 0 && (
        <span className="muted"> · {known.reasons.join(t('list.comma'))}</span>
      )}
      {known.changes.map((c) => (
        <div key={c.field}>
          {t('import.change', {
            field: c.label,
            before: c.before ?? t('import.emptyCell'),
            after: c.after ?? t('import.emptyCell'),
          })}
        </div>
      ))}
    </div>
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
