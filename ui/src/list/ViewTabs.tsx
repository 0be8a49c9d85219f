import { Button, Popover } from 'antd';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useModel } from '../api/model';
import { useSmallList } from '../api/records';
import type { ModelObject, RecordData } from '../api/types';
import { useTranslation } from '../app/i18n';
import type { Condition } from '../condition/condition';
import { Icon } from '../parts/Icon';
import { Skeleton } from '../parts/states';
import { usePhone } from '../parts/useNarrow';
import { type ListState, plainList } from './state';

const ViewForm = lazy(() => import('./ViewForm'));

export interface ViewProps {
  object: ModelObject;
  state: ListState;
  columns: string[];
  change: (next: Partial<ListState>) => void;
}

function parseWhere(value: unknown): Condition | null {
  const parsed: unknown = typeof value === 'string' && value ? JSON.parse(value) : value;
  return parsed && typeof parsed === 'object' && Object.keys(parsed).length
    ? (parsed as Condition)
    : null;
}

function stateOf(view: RecordData): ListState {
  const columns = Array.isArray(view.columns) ? (view.columns as string[]) : null;
  return {
    ...plainList,
    view: view.id,
    where: parseWhere(view.where),
    q: typeof view.q === 'string' ? view.q : '',
    sort: typeof view.sort === 'string' ? view.sort : '',
    columns: columns?.length ? columns : null,
  };
}

/** What of a state a view keeps, to be compared. */
const said = (s: ListState) => JSON.stringify([s.where, s.q, s.sort, s.columns]);

/** Saved views of a list as tabs; the first tab is the list itself. */
export function ViewTabs({
  object,
  state,
  columns,
  change,
  children,
}: ViewProps & { children?: ReactNode }) {
  const { t } = useTranslation();
  const model = useModel();
  const phone = usePhone();
  const viewObject = model.objects.find((o) => o.plural === 'saved_views');
  const where = JSON.stringify({ field: 'object', eq: object.name });
  const views = useSmallList('saved_views', { where, limit: 50 }, Boolean(viewObject));
  const [open, setOpen] = useState(false);
  const changed = Boolean(state.where || state.q || state.sort || state.columns);
  const current = views.data?.data.find((v) => v.id === state.view);
  const label = t(current ? 'views.edit' : 'views.save');
  const differs = current && said(state) !== said(stateOf(current));
  return (
    <div className="views">
      <div className="views-tabs" role="group" aria-label={t('views.label')}>
        <button
          type="button"
          aria-pressed={!state.view}
          onClick={() => change(plainList)}
          className="view-tab"
        >
          {t('views.all', { objects: object.plural_label || object.label })}
        </button>
        {views.data?.data.map((v) => (
          <button
            key={v.id}
            type="button"
            aria-pressed={v.id === state.view}
            onClick={() => change(stateOf(v))}
            className="view-tab"
          >
            {String(v.name)}
            {v.id === state.view && differs ? ' *' : ''}
          </button>
        ))}
      </div>
      {children}
      {viewObject?.rights?.create && (changed || current) && (
        <Popover
          open={open}
          onOpenChange={setOpen}
          trigger="click"
          placement="bottomRight"
          destroyOnHidden
          content={
            <Suspense fallback={<Skeleton rows={2} />}>
              <ViewForm
                key={current?.id ?? 'new'}
                viewObject={viewObject}
                object={object}
                state={state}
                columns={columns}
                current={current}
                change={change}
                onDone={() => setOpen(false)}
              />
            </Suspense>
          }
        >
          <Button type="text" icon={<Icon name="save" size={16} />} aria-label={label}>
            {phone ? null : label}
          </Button>
        </Popover>
      )}
    </div>
  );
}
