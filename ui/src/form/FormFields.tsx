import type { Field, Titles } from '../api/types';
import { useTranslation } from '../app/i18n';
import { FieldInput } from '../field/FieldInput';

const wide = new Set(['long_text', 'rich_text', 'address', 'json', 'file', 'image', 'geo']);

interface Props {
  fields: Field[];
  values: Record<string, unknown>;
  changed: Record<string, unknown>;
  masked: string[];
  titles: Titles;
  errors: Record<string, string>;
  autoFocus: boolean;
  onChange: (name: string, value: unknown) => void;
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
  const id = `field-${field.name}`;
  const error = p.errors[field.name];
  const note = `${id}-note`;
  const hidden = p.masked.includes(field.name) && !(field.name in p.changed);
  const help = hidden ? t('form.masked') : field.help;
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
      <FieldInput
        id={id}
        field={field}
        value={hidden ? null : p.values[field.name]}
        titles={p.titles}
        invalid={Boolean(error)}
        describedBy={error || help ? note : undefined}
        autoFocus={first}
        onChange={(v) => p.onChange(field.name, v)}
      />
      {(error || help) && (
        <p id={note} className={error ? 'field-error' : 'form-help'}>
          {error ?? help}
        </p>
      )}
    </div>
  );
}
