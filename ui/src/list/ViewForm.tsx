import { useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { type FormEvent, useRef, useState } from 'react';
import { api, newKey } from '../api/client';
import { fieldNamed, isWritable } from '../api/model';
import { useSession } from '../api/session';
import type { ModelObject, RecordData } from '../api/types';
import { useTranslation } from '../app/i18n';
import { FieldInput } from '../field/FieldInput';
import { problemsOf } from '../parts/problems';
import { useTell } from '../parts/useTell';
import { plainList } from './state';
import type { ViewProps } from './ViewTabs';

interface Props extends ViewProps {
  viewObject: ModelObject;
  current: RecordData | undefined;
  onDone: () => void;
}

/** Name and readers of a view; what it shows is what the list shows now. */
export default function ViewForm(p: Props) {
  const { viewObject, object, state, current, change, onDone } = p;
  const { t } = useTranslation();
  const { user, administrator } = useSession();
  const client = useQueryClient();
  const tell = useTell();
  const fields = ['name', 'shared'].flatMap((n) => fieldNamed(viewObject, n) ?? []);
  const own = current && (administrator || current.owner === user.id);
  const [values, setValues] = useState<Record<string, unknown>>(() =>
    Object.fromEntries(
      fields.filter(isWritable).map((f) => [f.name, current?.[f.name] ?? f.default ?? null]),
    ),
  );
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const key = useRef(newKey());
  const named = String(values.name ?? '').trim() !== '';

  const attempt = async (work: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setErrors({});
    try {
      await work();
      await client.invalidateQueries({ queryKey: ['small', 'saved_views'] });
      onDone();
    } catch (e) {
      const found = problemsOf(e, Object.keys(values));
      setErrors({ ...found.fields, '': found.general });
    } finally {
      setBusy(false);
    }
  };
  const content = {
    where: state.where ?? {},
    q: state.q || null,
    sort: state.sort || null,
    columns: p.columns,
  };
  const create = () =>
    attempt(async () => {
      const body = { object: object.name, ...values, ...content };
      const one = await api<{ data: RecordData }>('/saved_views', {
        method: 'POST',
        body,
        key: key.current,
      });
      change({ view: one.data.id, columns: p.columns });
      tell.done(t('views.saved'));
    });
  const update = (view: RecordData) =>
    attempt(async () => {
      await api(`/saved_views/${view.id}`, {
        method: 'PATCH',
        body: { ...values, ...content },
        version: view.version,
      });
      change({ columns: p.columns });
      tell.done(t('views.saved'));
    });
  const remove = (view: RecordData) =>
    attempt(async () => {
      await api(`/saved_views/${view.id}`, { method: 'DELETE', version: view.version });
      change(plainList);
      tell.undo(t('views.deleted'), async () => {
        await api(`/saved_views/${view.id}/restore`, { method: 'POST', body: {} });
        await client.invalidateQueries({ queryKey: ['small', 'saved_views'] });
      });
    });
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (named) void (current && own ? update(current) : create());
  };

  return (
    <form className="save-view" aria-label={t('views.edit')} onSubmit={submit} noValidate>
      {fields.map((f) => (
        <div key={f.name} className="form-field">
          <label htmlFor={`view-${f.name}`}>{f.label}</label>
          <FieldInput
            id={`view-${f.name}`}
            field={f}
            value={values[f.name]}
            autoFocus={f.name === 'name'}
            invalid={Boolean(errors[f.name])}
            describedBy="view-error"
            onChange={(v) => {
              key.current = newKey();
              setValues({ ...values, [f.name]: v });
            }}
          />
        </div>
      ))}
      <p id="view-error" className="field-error" role="alert">
        {Object.values(errors).filter(Boolean).join(' ')}
      </p>
      <div className="save-view-foot">
        <Button type="primary" htmlType="submit" loading={busy} disabled={!named}>
          {t(current && own ? 'action.save' : 'views.create')}
        </Button>
        {current && own && (
          <>
            <Button disabled={!named} onClick={() => void create()}>
              {t('views.create')}
            </Button>
            <Button danger type="text" onClick={() => void remove(current)}>
              {t('action.delete')}
            </Button>
          </>
        )}
      </div>
    </form>
  );
}
