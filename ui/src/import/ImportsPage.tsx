import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { Link, useNavigate } from 'react-router';
import { api } from '../api/client';
import { objectNamed, useModel } from '../api/model';
import { useMayImport } from '../api/session';
import { Lost } from '../app/Lost';
import { useTranslation } from '../app/i18n';
import { Icon } from '../parts/Icon';
import { Badge, Empty, Failure, Skeleton } from '../parts/states';
import { useFormat } from '../parts/useFormat';
import { useTitle } from '../parts/useTitle';
import { DeleteImport } from './DeleteImport';
import { DropZone } from './DropZone';
import { type ImportRecord, importName } from './types';
import '../styles/import.css';

const wroteNothing = new Set(['uploaded', 'checking', 'checked']);

export const stateColor: Record<string, string> = {
  uploaded: 'grey',
  checking: 'blue',
  checked: 'blue',
  running: 'blue',
  undoing: 'blue',
  done: 'green',
  failed: 'red',
  cancelled: 'amber',
  partly_undone: 'amber',
  undone: 'amber',
};

export function ImportsPage() {
  const { t } = useTranslation();
  const f = useFormat();
  const model = useModel();
  const navigate = useNavigate();
  const list = useQuery({
    queryKey: ['imports'],
    queryFn: ({ signal }) =>
      api<{ data: ImportRecord[] }>('/imports', {
        query: { limit: 50, sort: '-created_at' },
        signal,
      }),
  });
  const mayImport = useMayImport();
  const first = model.objects.find((o) => o.importable && o.root === 'self');
  useTitle(t('menu.imports'));
  const start = (
    <Button
      type="primary"
      icon={<Icon name="import" size={16} />}
      onClick={() => void navigate('/imports/new')}
    >
      {t('import.start')}
    </Button>
  );
  if (!mayImport) return <Lost />;
  return (
    <DropZone object={first?.name ?? 'customer'}>
      <div className="page">
        <div className="page-head">
          <h1>{t('menu.imports')}</h1>
          {start}
        </div>
        {list.isPending ? (
          <Skeleton />
        ) : list.isLoadingError ? (
          <Failure error={list.error} retry={() => void list.refetch()} />
        ) : list.data.data.length === 0 ? (
          <Empty icon="import" title={t('import.none')} hint={t('import.noneHint')}>
            {start}
          </Empty>
        ) : (
          <ul className="panel rows">
            {list.data.data.map((i) => (
              <li key={i.id} className="import-row">
                <Link to={`/imports/${i.id}`} className="row-link">
                  <Icon name="file" />
                  <span className="row-main">
                    <strong>{importName(i)}</strong>
                    <span className="small muted">
                      {objectNamed(model, i.object)?.plural_label ?? i.object}
                      {i.created_at ? ` · ${f.instant(i.created_at)}` : ''}
                    </span>
                  </span>
                  {i.report && !wroteNothing.has(i.state) && (
                    <span className="small muted row-extra">
                      {t('import.summary', {
                        created: f.number(i.report.created),
                        updated: f.number(i.report.updated),
                        merged: f.number(i.report.merged),
                        refused: f.number(i.report.refused),
                      })}
                    </span>
                  )}
                  <Badge color={stateColor[i.state]}>{t(`import.state.${i.state}`)}</Badge>
                </Link>
                <DeleteImport data={i} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </DropZone>
  );
}
