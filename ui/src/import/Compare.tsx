import { Link } from 'react-router';
import type { ModelObject } from '../api/types';
import { useTranslation } from '../app/i18n';
import type { Waiting } from './types';

/** A row that waits beside the records that it may be, field by field; what differs stands out. */
export function Compare({
  waiting,
  object,
  row,
}: {
  waiting: Waiting;
  object: ModelObject;
  row: string;
}) {
  const { t } = useTranslation();
  const labels = new Map<string, string>();
  const own = new Map<string, string | null>();
  for (const c of waiting.candidates)
    for (const f of c.fields) {
      labels.set(f.field, f.label);
      own.set(f.field, f.row);
    }
  if (labels.size === 0) return null;
  return (
    <div className="compare">
      <table>
        <thead>
          <tr>
            <th>{t('import.compareField')}</th>
            <th>{row}</th>
            {waiting.candidates.map((c) => (
              <th key={c.id}>
                <Link to={`/${object.plural}/${c.id}`} target="_blank">
                  {c.title || `#${c.id.slice(-6)}`}
                </Link>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...labels].map(([field, label]) => (
            <tr key={field}>
              <th scope="row">{label}</th>
              <td>{own.get(field)}</td>
              {waiting.candidates.map((c) => {
                const has = c.fields.find((f) => f.field === field)?.record ?? '';
                const other = has !== '' && has !== (own.get(field) ?? '');
                return (
                  <td key={c.id} className={other ? 'compare-other' : undefined}>
                    {has}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
