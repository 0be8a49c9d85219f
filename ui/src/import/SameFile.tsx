import { Link } from 'react-router';
import { useTranslation } from '../app/i18n';
import { useFormat } from '../parts/useFormat';
import type { ImportRecord } from './types';

/** Says that these very bytes have been imported before; one may go on. */
export function SameFile({ data }: { data: ImportRecord }) {
  const { t } = useTranslation();
  const f = useFormat();
  const same = data.same_file;
  if (!same) return null;
  return (
    <p className="import-line import-left">
      {t('import.sameFile', { at: same.at ? f.exact(same.at) : '', by: same.by })}
      {same.import && (
        <>
          {' '}
          <Link to={`/imports/${same.import}`} target="_blank">
            {t('import.sameFileLink')}
          </Link>
        </>
      )}
    </p>
  );
}
