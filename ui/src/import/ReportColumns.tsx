import { useTranslation } from '../app/i18n';
import { useFormat } from '../parts/useFormat';
import { columnLetters, type ColumnReport } from './types';

/** How often something was wrong, column by column, with an example of each reason. */
export function ReportColumns({ columns }: { columns: ColumnReport[] }) {
  const { t } = useTranslation();
  const f = useFormat();
  if (columns.length === 0) return null;
  return (
    <details className="report-columns">
      <summary>{t('import.byColumn', { count: columns.length, n: columns.length })}</summary>
      <table className="panel quality-table">
        <thead>
          <tr>
            <th>{t('import.column')}</th>
            <th className="grid-figure">{t('import.columnRepaired')}</th>
            <th className="grid-figure">{t('import.columnNoted')}</th>
            <th className="grid-figure">{t('import.columnRefused')}</th>
            <th>{t('import.columnReasons')}</th>
          </tr>
        </thead>
        <tbody>
          {columns.map((c) => (
            <tr key={c.column ?? 'row'}>
              <th scope="row">{c.column === null
                  ? t('import.wholeRow')
                  : c.header || t('import.noHeader', { n: columnLetters(c.column) })}</th>
              <td className="grid-figure">{f.number(c.repaired)}</td>
              <td className="grid-figure">{f.number(c.noted)}</td>
              <td className="grid-figure">{f.number(c.refused)}</td>
              <td>
                {c.reasons.map((r) => (
                  <p key={`${r.code}${r.mild}`} className="small">
                    {t('import.reasonCount', { n: f.number(r.count), message: r.message })}
                  </p>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
