import { Button, Select } from 'antd';
import { type FormEvent, useState } from 'react';
import type { ModelObject } from '../api/types';
import { useTranslation } from '../app/i18n';
import { isEmpty } from '../field/empty';
import { FieldInput } from '../field/FieldInput';
import { useFormat } from '../parts/useFormat';
import type { Item } from './batch';
import { changeableFields, changeFor, itemsFor, type Mode, modes, several } from './bulkItems';
import type { Selection } from './selection';

export function BulkChange({
  object,
  selected,
  whole,
  onRun,
}: {
  object: ModelObject;
  selected: Selection;
  /** How many there are when more than the selected ones are meant. */
  whole: number | null;
  onRun: (
    items: Item[],
    change: Record<string, unknown>,
    title: string,
    say: (n: number) => string,
  ) => void;
}) {
  const { t } = useTranslation();
  const f = useFormat();
  const fields = changeableFields(object);
  const [name, setName] = useState<string | null>(null);
  const [mode, setMode] = useState<Mode>('add');
  const [value, setValue] = useState<unknown>(null);
  const field = fields.find((x) => x.name === name);
  const many = Boolean(field && several.has(field.type));
  const empties = isEmpty(value) && (!many || mode === 'replace');
  const items = field ? itemsFor(field, mode, value, [...selected.values()]) : [];
  const adds = isEmpty(value) && many && mode !== 'replace';
  const size = whole ?? selected.size;
  const reached = whole === null ? items.length : field && !adds ? whole : 0;
  const refused = empties && field?.required;

  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (!field || reached === 0 || refused) return;
    onRun(items, changeFor(field, mode, value), t('bulk.changeTitle', { field: field.label }), (n) =>
      t('bulk.changed', { count: n, n: f.number(n), field: field.label }),
    );
  };
  const say = () => {
    if (!field) return '';
    const n = f.number(reached);
    if (refused) return t('bulk.required', { field: field.label });
    if (adds) return t('bulk.chooseValue', { field: field.label });
    if (reached === 0) return t('bulk.nothing');
    const key = empties ? 'bulk.preview.empty' : many ? `bulk.preview.${mode}` : 'bulk.preview.set';
    return t(key, { n, of: f.number(size), field: field.label });
  };
  return (
    <form className="bulk-change" aria-label={t('bulk.change')} onSubmit={submit}>
      <label htmlFor="bulk-field">{t('bulk.field')}</label>
      <Select
        id="bulk-field"
        className="wide"
        autoFocus
        showSearch={{ optionFilterProp: 'label' }}
        placeholder={t('bulk.chooseField')}
        options={fields.map((x) => ({ value: x.name, label: x.label }))}
        value={name}
        onChange={(next) => {
          setName(next);
          setValue(null);
        }}
      />
      {many && (
        <div className="kinds" role="group" aria-label={t('bulk.mode')}>
          {modes.map((m) => (
            <button key={m} type="button" aria-pressed={m === mode} onClick={() => setMode(m)}>
              {t(`bulk.mode.${m}`)}
            </button>
          ))}
        </div>
      )}
      {field && (
        <>
          <label htmlFor="bulk-value">{field.label}</label>
          <FieldInput
            key={field.name}
            id="bulk-value"
            field={field}
            value={value}
            onChange={setValue}
          />
        </>
      )}
      <p className="small muted" role="status">
        {say()}
      </p>
      <Button
        type="primary"
        htmlType="submit"
        disabled={!field || reached === 0 || Boolean(refused)}
      >
        {reached === 0 ? t('bulk.applyNone') : t('bulk.apply', { count: reached, n: f.number(reached) })}
      </Button>
    </form>
  );
}
