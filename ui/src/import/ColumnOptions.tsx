import { Input, Select } from 'antd';
import { useModel } from '../api/model';
import type { ModelObject } from '../api/types';
import { useTranslation } from '../app/i18n';
import { without } from '../parts/without';
import { type Target, targetField } from './targets';
import type { Column } from './types';

/** What else may be said of a column: several fields in it, a default, and other words for values. */
export function ColumnOptions({
  column,
  targets,
  object,
  onChange,
}: {
  column: Column;
  targets: Target[];
  object: ModelObject;
  onChange: (c: Column) => void;
}) {
  const { t } = useTranslation();
  const model = useModel();
  const field = column.field ? targetField(model, object, column.field) : undefined;
  const seen = [...new Set(column.samples.filter(Boolean))];
  const words = [...new Set([...Object.keys(column.translate ?? {}), ...seen])];
  const choices = field?.choices?.filter((c) => !c.retired);
  const translate = (from: string, to: string | undefined) => {
    const others = without(column.translate ?? {}, from);
    onChange({ ...column, translate: to ? { ...others, [from]: to } : others });
  };
  return (
    <div className="column-options">
      <div>
        <label htmlFor={`split-${column.index}`}>{t('import.split')}</label>
        <Select
          id={`split-${column.index}`}
          className="wide"
          mode="multiple"
          placeholder={t('import.splitHint')}
          options={targets}
          showSearch={{ optionFilterProp: 'label' }}
          value={column.split ?? []}
          onChange={(v: string[]) => onChange({ ...column, split: v.length ? v : null })}
        />
      </div>
      <div>
        <label htmlFor={`default-${column.index}`}>{t('import.default')}</label>
        <Input
          id={`default-${column.index}`}
          placeholder={t('import.defaultHint')}
          value={column.default ?? ''}
          onChange={(e) => onChange({ ...column, default: e.target.value || null })}
        />
      </div>
      {field && words.length > 0 && (
        <fieldset className="translate">
          <legend>{t('import.translate')}</legend>
          {words.map((w) => (
            <div key={w} className="translate-row">
              <span>{w}</span>
              <span aria-hidden="true">→</span>
              {choices ? (
                <Select
                  aria-label={t('import.translateOf', { value: w })}
                  allowClear
                  options={choices.map((c) => ({ value: c.key, label: c.label }))}
                  value={column.translate?.[w] ?? null}
                  onChange={(v) => translate(w, v ?? undefined)}
                />
              ) : (
                <Input
                  aria-label={t('import.translateOf', { value: w })}
                  placeholder={t('import.asIs')}
                  value={column.translate?.[w] ?? ''}
                  onChange={(e) => translate(w, e.target.value)}
                />
              )}
            </div>
          ))}
        </fieldset>
      )}
    </div>
  );
}
