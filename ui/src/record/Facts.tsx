import { Button } from 'antd';
import { type KeyboardEvent, useState } from 'react';
import { factFields, isDestination, isWritable, mayUpdate, objectNamed, useModel } from '../api/model';
import type { OneRecord } from '../api/records';
import type { Field, Model, ModelObject, RecordData } from '../api/types';
import { useTranslation } from '../app/i18n';
import { FieldInput } from '../field/FieldInput';
import { isEmpty } from '../field/empty';
import { Value } from '../field/Value';
import { Icon } from '../parts/Icon';
import { Holder } from './Holder';
import { Reveal } from './Reveal';
import { isDefinition, RoleRights } from './RoleRights';
import { isMasked } from './masked';
import { useDraft } from './useDraft';

export function Facts({ object, one }: { object: ModelObject; one: OneRecord }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const named = factFields(object);
  const others = object.fields.filter(
    (f) => !f.system && !f.hidden && f.name !== object.title && !named.includes(f),
  );
  // What somebody took the trouble to write is not left to be looked for.
  const first = [...named, ...others.filter((f) => isWritten(one.data, f))];
  const rest = others.filter((f) => !first.includes(f));
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

const isWritten = (record: RecordData, f: Field) =>
  f.type === 'long_text' && !isEmpty(record[f.name]);

/** Reading, and by a click writing, one value; the version seen goes along. */
function Fact({ object, one, field }: { object: ModelObject; one: OneRecord; field: Field }) {
  const { t } = useTranslation();
  const record = one.data;
  const { draft, error, holder, busy, save, open, set, close, conflict } = useDraft({
    object,
    record,
    field,
    titles: one.titles,
  });
  const masked = isMasked(record, field);
  const editable = isWritable(field) && mayUpdate(record);

  const onKeyDown = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing || !draft) return;
    const oneLine = !/text/.test(field.type) || field.type === 'text';
    if (e.key === 'Escape') close();
    else if (e.key === 'Enter' && (oneLine || e.ctrlKey || e.metaKey)) void save();
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
          <div className="fact-edit" role="presentation" onKeyDown={onKeyDown}>
            <FieldInput
              id={id}
              field={field}
              value={draft.value}
              titles={one.titles}
              autoFocus
              invalid={Boolean(error)}
              describedBy={error ? `${id}-error` : undefined}
              onChange={set}
            />
            {error && (
              <p id={`${id}-error`} className="field-error" role="alert">
                {error} {holder && <Holder id={holder} />}
              </p>
            )}
            <div className="fact-actions">
              <Button size="small" type="primary" loading={busy} onClick={() => void save()}>
                {error ? t('action.retry') : t('action.save')}
              </Button>
              <Button size="small" type="text" onClick={close}>
                {t('action.cancel')}
              </Button>
            </div>
          </div>
        ) : (
          <>
            <FactValue
              object={object}
              field={field}
              one={one}
              editable={editable}
              onEdit={open}
            />
            <Reveal object={object} record={record} field={field} />
          </>
        )}
      </dd>
      {conflict}
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
  object,
  field,
  one,
  editable,
  onEdit,
}: {
  object: ModelObject;
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
  ) : isDefinition(object, field) ? (
    <RoleRights definition={value} />
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
