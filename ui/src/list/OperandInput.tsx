import { InputNumber, Select } from 'antd';
import { useId } from 'react';
import { useSession } from '../api/session';
import type { Field, Titles } from '../api/types';
import { useTranslation } from '../app/i18n';
import {
  calendarWords,
  needsValue,
  type Path,
  parseDuration,
  type Row,
} from '../condition/condition';
import { FieldInput } from '../field/FieldInput';
import { separators } from '../field/RefSelect';
import { currencyDigits } from '../parts/format';

interface Props {
  row: Row;
  path: Path;
  titles: Titles;
  onChange: (row: Row) => void;
}

const many = new Set(['in', 'notIn', 'hasAny', 'hasAll', 'hasNone']);

const isText = (path: Path) => ['long_text', 'email', 'url', 'phone', 'text'].includes(path.type);

/** The field as an input for an operand: several values where the operator takes several. */
function operandField(path: Path, op: string): Field {
  const base: Field = { ...path.field, label: path.label, required: false, type: path.type };
  if (path.type === 'instant') return { ...base, type: 'date' };
  if (isText(path)) return { ...base, type: 'text' };
  if (!many.has(op)) return base;
  if (path.type === 'choice') return { ...base, type: 'multi_choice' };
  if (path.type === 'ref') return { ...base, type: 'multi_ref' };
  return base;
}

export function OperandInput({ row, path, titles, onChange }: Props) {
  const set = (value: unknown) => onChange({ ...row, value });
  if (!needsValue(row.op)) return null;
  if (row.op === 'within' || row.op === 'older')
    return <SpanInput value={row.value} older={row.op === 'older'} onChange={set} />;
  if (row.op === 'between') {
    const [low, high] = Array.isArray(row.value) ? row.value : [null, null];
    return (
      <div className="pair">
        <One path={path} op="ge" value={low} titles={titles} onChange={(v) => set([v, high])} />
        <One path={path} op="le" value={high} titles={titles} onChange={(v) => set([low, v])} />
      </div>
    );
  }
  return <One path={path} op={row.op} value={row.value} titles={titles} onChange={set} />;
}

function One({
  path,
  op,
  value,
  titles,
  onChange,
}: {
  path: Path;
  op: string;
  value: unknown;
  titles: Titles;
  onChange: (v: unknown) => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  const { base_currency } = useSession();
  if (path.type === 'money') {
    const scale = 10 ** currencyDigits(path.field.currency ?? base_currency);
    return (
      <InputNumber
        className="wide"
        aria-label={t('filter.value')}
        value={typeof value === 'number' ? value / scale : null}
        onChange={(n) => onChange(n === null ? null : Math.round(n * scale))}
      />
    );
  }
  if (isText(path) && many.has(op))
    return (
      <Select
        mode="tags"
        open={false}
        suffixIcon={null}
        aria-label={t('filter.value')}
        placeholder={t('filter.words')}
        tokenSeparators={separators}
        value={Array.isArray(value) ? value : []}
        onChange={onChange}
      />
    );
  if (path.type === 'boolean')
    return (
      <Select
        aria-label={t('filter.value')}
        options={[
          { value: true, label: t('value.yes') },
          { value: false, label: t('value.no') },
        ]}
        value={value as boolean}
        onChange={onChange}
      />
    );
  return (
    <div className="operand">
      <label className="hidden-label" htmlFor={id}>
        {t('filter.value')}
      </label>
      <FieldInput
        id={id}
        field={operandField(path, op)}
        value={value}
        titles={titles}
        existing
        onChange={onChange}
      />
    </div>
  );
}

function SpanInput({
  value,
  older,
  onChange,
}: {
  value: unknown;
  older: boolean;
  onChange: (v: unknown) => void;
}) {
  const { t } = useTranslation();
  const d = parseDuration(value);
  const kind = d ? (d.ahead ? 'ahead' : 'past') : String(value);
  const choose = (next: string) => {
    if (next === 'past') onChange('30d');
    else if (next === 'ahead') onChange('+7d');
    else onChange(next);
  };
  const options = [
    { value: 'past', label: t(older ? 'op.ago' : 'op.past') },
    ...(older ? [] : [{ value: 'ahead', label: t('op.next') }]),
    ...calendarWords.map((w) => ({ value: w, label: t(`word.${w}`) })),
  ];
  return (
    <div className="pair">
      <Select
        aria-label={t('filter.value')}
        popupMatchSelectWidth={140}
        options={options}
        value={kind}
        onChange={choose}
      />
      {d && (
        <InputNumber
          aria-label={t('filter.days')}
          min={1}
          max={36500}
          precision={0}
          suffix={t('filter.daysUnit')}
          value={d.unit === 'w' ? d.n * 7 : d.n}
          onChange={(n) => n && onChange(`${d.ahead ? '+' : ''}${n}d`)}
        />
      )}
    </div>
  );
}
