import { useQueryClient } from '@tanstack/react-query';
import { Button, Checkbox, Input, Popover } from 'antd';
import { useState } from 'react';
import { api, newKey } from '../api/client';
import { fieldNamed, useModel } from '../api/model';
import { useSmallList } from '../api/records';
import type { ModelObject, RecordData } from '../api/types';
import { useTranslation } from '../app/i18n';
import type { Condition } from '../condition/condition';
import { Icon } from '../parts/Icon';
import { useTell } from '../parts/useTell';
import { type ListState, plainList } from './state';

interface Props {
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
    sort: typeof view.sort === 'string' ? view.sort : '',
    columns: columns?.length ? columns : null,
  };
}

/** Saved views of a list as tabs; the first tab is the list itself. */
export function ViewTabs({ object, state, columns, change }: Props) {
  const { t } = useTranslation();
  const model = useModel();
  const viewObject = model.objects.find((o) => o.plural === 'saved_views');
  const where = JSON.stringify({ field: 'object', eq: object.name });
  const views = useSmallList('saved_views', { where, limit: 50 }, Boolean(viewObject));
  const changed = Boolean(state.where || state.sort || state.columns);
  const current = views.data?.data.find((v) => v.id === state.view);
  const differs =
    current &&
    JSON.stringify([state.where, state.sort]) !==
      JSON.stringify([stateOf(current).where, stateOf(current).sort]);
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
      {viewObject?.rights?.create && (changed || current) && (
        <SaveView
          viewObject={viewObject}
          object={object}
          state={state}
          columns={columns}
          current={current}
          change={change}
        />
      )}
    </div>
  );
}

function SaveView({
  viewObject,
  object,
  state,
  columns,
  current,
  change,
}: Props & { viewObject: ModelObject; current: RecordData | undefined }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const tell = useTell();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const [busy, setBusy] = useState(false);
  const refresh = () => client.invalidateQueries({ queryKey: ['small', 'saved_views'] });

  const content = () => ({ where: state.where ?? {}, sort: state.sort || null, columns });
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
      await refresh();
      setOpen(false);
    } catch (e) {
      tell.error(e);
    } finally {
      setBusy(false);
    }
  };
  const create = () =>
    attempt(async () => {
      const body = { object: object.name, name: name.trim(), shared, ...content() };
      const one = await api<{ data: RecordData }>('/saved_views', {
        method: 'POST',
        body,
        key: newKey(),
      });
      setName('');
      change({ view: one.data.id, columns });
    });
  const update = (view: RecordData) =>
    attempt(async () => {
      await api(`/saved_views/${view.id}`, {
        method: 'PATCH',
        body: content(),
        version: view.version,
      });
      tell.done(t('views.saved'));
    });
  const remove = (view: RecordData) =>
    attempt(async () => {
      await api(`/saved_views/${view.id}`, { method: 'DELETE', version: view.version });
      change(plainList);
      tell.undo(t('views.deleted'), async () => {
        await api(`/saved_views/${view.id}/restore`, { method: 'POST', body: {} });
        await refresh();
      });
    });

  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      content={
        <form
          className="save-view"
          onSubmit={(e) => {
            e.preventDefault();
            if (name.trim()) void create();
          }}
        >
          {current && (
            <div className="save-view-own">
              <Button loading={busy} onClick={() => void update(current)}>
                {t('views.update', { name: String(current.name) })}
              </Button>
              <Button danger type="text" onClick={() => void remove(current)}>
                {t('action.delete')}
              </Button>
            </div>
          )}
          <label htmlFor="view-name">{t('views.name')}</label>
          <Input id="view-name" value={name} onChange={(e) => setName(e.target.value)} />
          {fieldNamed(viewObject, 'shared') && (
            <Checkbox checked={shared} onChange={(e) => setShared(e.target.checked)}>
              {t('views.shared')}
            </Checkbox>
          )}
          <Button type="primary" htmlType="submit" loading={busy} disabled={!name.trim()}>
            {t('views.create')}
          </Button>
        </form>
      }
    >
      <Button type="text" icon={<Icon name="save" size={16} />}>
        {t('views.save')}
      </Button>
    </Popover>
  );
}
