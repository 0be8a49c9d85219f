import { useState } from 'react';
import { isWritable } from '../api/model';
import type { Field, ModelObject, RecordData, Titles } from '../api/types';
import { useTranslation } from '../app/i18n';
import { FieldInput } from '../field/FieldInput';
import { Holder } from '../record/Holder';
import { isMasked } from '../record/masked';
import { MaskedInput } from './MaskedInput';
import { TheirChange } from './TheirChange';
import type { Their } from './useTheirs';

const wide = new Set(['long_text', 'rich_text', 'address', 'json', 'file', 'image', 'geo']);

interface Props {
  object: ModelObject;
  fields: Field[];
  record: RecordData | undefined;
  changed: Record<string, unknown>;
  titles: Titles;
  errors: Record<string, string>;
  /** Who has a value already, by the field's name. */
  holders: Record<string, string>;
  theirs: Record<string, Their>;
  /** Who changed the record since it was opened. */
  by: string;
  autoFocus: boolean;
  onChange: (name: string, value: unknown) => void;
  /** The field stays as it is. */
  onKeep: (name: string) => void;
  /** Mine is to stand over theirs. */
  onMine: (name: string) => void;
}

export function FormFields(p: Props) {
  return (
    <div className="form-fields">
      {p.fields.map((f, i) => (
        <FormField key={f.name} field={f} first={p.autoFocus && i === 0} p={p} />
      ))}
    </div>
  );
}

function FormField({ field, first, p }: { field: Field; first: boolean; p: Props }) {
  const { t } = useTranslation();
  const [replacing, setReplacing] = useState(false);
  const id = `field-${field.name}`;
  const error = p.errors[field.name];
  const note = `${id}-note`;
  const holder = p.holders[field.name];
  const their = p.theirs[field.name];
  const masked = p.record && isMasked(p.record, field);
  const touched = field.name in p.changed;
  const old = masked ? null : p.record?.[field.name];
  const input = {
    id,
    field,
    value: touched ? p.changed[field.name] : old,
    titles: p.titles,
    invalid: Boolean(error),
    describedBy: error || field.help ? note : undefined,
    autoFocus: first,
    onChange: (v: unknown) => p.onChange(field.name, v),
  };
  return (
    <div className={wide.has(field.type) ? 'form-field form-wide' : 'form-field'}>
      <label htmlFor={id}>
        {field.label}
        {field.required && (
          <span className="required" title={t('form.required')}>
            *<span className="hidden-label">{t('form.required')}</span>
          </span>
        )}
      </label>
      {masked && p.record ? (
        <MaskedInput
          {...input}
          object={p.object}
          record={p.record}
          editable={isWritable(field)}
          replacing={replacing || touched}
          onReplace={() => setReplacing(true)}
          onKeep={() => {
            setReplacing(false);
            p.onKeep(field.name);
          }}
        />
      ) : (
        <FieldInput {...input} />
      )}
      {(error || field.help) && (
        <p id={note} className={error ? 'field-error' : 'form-help'}>
          {error ?? field.help} {error && holder && <Holder id={holder} />}
        </p>
      )}
      {their && (
        <TheirChange
          field={field}
          their={their}
          by={p.by}
          titles={p.titles}
          onMine={() => p.onMine(field.name)}
          onTheirs={() => p.onKeep(field.name)}
        />
      )}
    </div>
  );
}
