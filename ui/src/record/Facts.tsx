import { Button } from 'antd';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError, api } from '../api/client';
import { factFields, isDestination, isWritable, objectNamed, useModel } from '../api/model';
import { type OneRecord, useWrites } from '../api/records';
import type { Field, Model, ModelObject, RecordData } from '../api/types';
import { FieldInput } from '../field/FieldInput';
import { isEmpty, Value } from '../field/Value';
import { Icon } from '../parts/Icon';
import { problemsOf } from '../parts/problems';
import { useTell } from '../parts/useTell';
import { Conflict } from './Conflict';

export function Facts({ object, one }: { object: ModelObject; one: OneRecord }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const first = factFields(object);
  const rest = object.fields.filter(
    (f) => !f.system && !f.hidden && f.name !== object.title && !first.includes(f),
  );
  return (
    <>
      <dl className="facts">
        {[...first, ...(all ? rest : [])].map((f) => (
          <Fact key={f.name} object={object} one={one} field={f} />
        ))}
      </dl>
      {rest.length > 0 && (
        <button type="button" className="link-button small facts-more" onClick={() => setAll(!all)}>
          {all ? t('record.fewerFacts') : t('record.allFacts')}
        </button>
      )}
    </>
  );
}

/** A value being written, and the version of the record that its writer saw. */
interface Draft {
  value: unknown;
  version: number | string;
}

/** Reading, and by a click writing, one value; the version seen goes along. */
function Fact({ object, one, field }: { object: ModelObject; one: OneRecord; field: Field }) {
  const { t } = useTranslation();
  const writes = useWrites(object.plural);
  const tell = useTell();
  const record = one.data;
  const [draft, setDraft] = useState<Draft | null>(null);
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const [stale, setStale] = useState<RecordData | null>(null);
  const masked = record._masked?.includes(field.name) ?? false;
  const editable = isWritable(field) && Boolean(object.rights?.update) && !object.append_only;

  const save = async ({ value, version }: Draft) => {
    setBusy(true);
    try {
      await writes.update({ id: record.id, version }, { [field.name]: value });
      setDraft(null);
      setStale(null);
    } catch (e) {
      if (e instanceof ApiError && e.code === 'stale' && e.body.current)
        setStale(e.body.current as RecordData);
      else {
        const found = problemsOf(e, [field.name]);
        setError(found.fields[field.name] ?? found.general);
        if (!(e instanceof ApiError)) tell.error(e);
      }
    } finally {
      setBusy(false);
    }
  };
  const open = () => {
    setError('');
    setDraft({ value: masked ? null : record[field.name], version: record.version });
  };
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing || !draft) return;
    if (e.key === 'Escape') setDraft(null);
    else if (e.key === 'Enter' && (!/text/.test(field.type) || e.ctrlKey || e.metaKey))
      void save(draft);
    else if (e.key === 'Enter' && field.type === 'text') void save(draft);
    else return;
    e.stopPropagation();
  };

  const id = `fact-${field.name}`;
  return (
    <div className={draft ? 'fact fact-open' : 'fact'}>
      <dt>
        {draft ? <label htmlFor={id}>{field.label}</label> : field.label}
        {masked && <Icon name="lock" size={12} />}
      </dt>
      <dd>
        {draft ? (
          // biome-ignore lint/a11y/noStaticElementInteractions: keys of the input within
          <div className="fact-edit" onKeyDown={onKeyDown}>
            <FieldInput
              id={id}
              field={field}
              value={draft.value}
              titles={one.titles}
              autoFocus
              invalid={Boolean(error)}
              describedBy={error ? `${id}-error` : undefined}
              onChange={(value) => setDraft({ ...draft, value })}
            />
            {error && (
              <p id={`${id}-error`} className="field-error" role="alert">
                {error}
              </p>
            )}
            <div className="fact-actions">
              <Button
                size="small"
                type="primary"
                loading={busy}
                onClick={() => void save(draft)}
              >
                {t('action.save')}
              </Button>
              <Button size="small" type="text" onClick={() => setDraft(null)}>
                {t('action.cancel')}
              </Button>
            </div>
          </div>
        ) : (
          <>
            <FactValue field={field} one={one} editable={editable} onEdit={open} />
            {masked && <Reveal object={object} record={record} field={field} />}
          </>
        )}
      </dd>
      {stale && draft && (
        <Conflict
          object={object}
          current={stale}
          yours={{ [field.name]: draft.value }}
          titles={one.titles}
          onKeepMine={() => void save({ ...draft, version: stale.version })}
          onTakeTheirs={() => {
            setStale(null);
            setDraft(null);
            void writes.refresh(record.id);
          }}
          onClose={() => setStale(null)}
        />
      )}
    </div>
  );
}

const linked = new Set(['url', 'email', 'phone', 'file', 'image']);

/** Whether a value is shown as a link, so that a click on it cannot mean to change it. */
function isLink(field: Field, model: Model): boolean {
  if (field.type === 'ref' || field.type === 'multi_ref')
    return isDestination(objectNamed(model, field.target));
  return linked.has(field.type);
}

function FactValue({
  field,
  one,
  editable,
  onEdit,
}: {
  field: Field;
  one: OneRecord;
  editable: boolean;
  onEdit: () => void;
}) {
  const { t } = useTranslation();
  const model = useModel();
  const value = one.data[field.name];
  const shown = isEmpty(value) ? (
    <span className="fact-none">—</span>
  ) : (
    <Value field={field} value={value} titles={one.titles} />
  );
  if (!editable) return <span className="fact-value">{shown}</span>;
  const label = t('record.change', { field: field.label });
  if (isLink(field, model) && !isEmpty(value))
    return (
      <span className="fact-value fact-linked">
        {shown}
        <button type="button" className="fact-pen" aria-label={label} onClick={onEdit}>
          <Icon name="edit" size={14} />
        </button>
      </span>
    );
  return (
    <button type="button" className="fact-value" title={label} onClick={onEdit}>
      {shown}
      <span className="hidden-label">{label}</span>
    </button>
  );
}

function Reveal({
  object,
  record,
  field,
}: {
  object: ModelObject;
  record: RecordData;
  field: Field;
}) {
  const { t } = useTranslation();
  const tell = useTell();
  const [value, setValue] = useState<unknown>(null);
  const show = async () => {
    try {
      const { data } = await api<{ data: { value: unknown } }>(
        `/${object.plural}/${record.id}/reveal`,
        { method: 'POST', body: { field: field.name } },
      );
      setValue(data.value);
    } catch (e) {
      tell.error(e);
    }
  };
  if (value !== null)
    return (
      <span className="revealed">
        <Value field={field} value={value} />
      </span>
    );
  return (
    <button
      type="button"
      className="icon-button"
      title={t('record.reveal')}
      aria-label={t('record.revealField', { field: field.label })}
      onClick={() => void show()}
    >
      <Icon name="eye" size={16} />
    </button>
  );
}
