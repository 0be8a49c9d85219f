import { Input, InputNumber, Select, Space, Switch } from 'antd';
import { lazy, Suspense } from 'react';
import { useSession } from '../api/session';
import type { Field, Titles } from '../api/types';
import { useTranslation } from '../app/i18n';
import { currencyDigits } from '../parts/format';
import { FileInput } from './FileInput';
import { JsonInput } from './JsonInput';
import { NumberInput } from './NumberInput';
import { RefSelect, TagSelect } from './RefSelect';

const AddressInput = lazy(() => import('./AddressInput'));
const TimeInput = lazy(() => import('./TimeInput'));
const RichInput = lazy(() => import('./RichInput'));

export interface InputProps {
  field: Field;
  value: unknown;
  onChange: (value: unknown) => void;
  id: string;
  titles?: Titles | undefined;
  invalid?: boolean | undefined;
  describedBy?: string | undefined;
  autoFocus?: boolean | undefined;
  /** Shows what there is to choose at once, where the input was opened for this one value. */
  eager?: boolean | undefined;
  /** Only what is there already can be chosen: a filter for a tag that nobody has finds nothing. */
  existing?: boolean | undefined;
}

const currencies = ['CNY', 'USD', 'EUR', 'HKD', 'TWD', 'JPY', 'GBP', 'KRW', 'SGD', 'AUD'];

/** One input for one field, by its type; the same in forms, in facts and in the repair queue. */
export function FieldInput(props: InputProps) {
  const { field, value, onChange, id, invalid, describedBy, autoFocus } = props;
  const { t } = useTranslation();
  const common = {
    id,
    ...(invalid ? { status: 'error' as const, 'aria-invalid': true } : {}),
    ...(describedBy ? { 'aria-describedby': describedBy } : {}),
    ...(autoFocus ? { autoFocus: true } : {}),
  };
  const text = typeof value === 'string' ? value : '';
  const changeText = (s: string) => onChange(s === '' ? null : s);
  switch (field.type) {
    case 'long_text':
      return (
        <Input.TextArea
          {...common}
          value={text}
          className="growing"
          onChange={(e) => changeText(e.target.value)}
        />
      );
    case 'rich_text':
      return (
        <Suspense fallback={<Waiting />}>
          <RichInput {...props} />
        </Suspense>
      );
    case 'number':
      return (
        <NumberInput {...common} value={value} decimals={field.decimals ?? 0} onChange={onChange} />
      );
    case 'percent':
      return (
        <NumberInput
          {...common}
          suffix="%"
          decimals={4}
          value={typeof value === 'number' ? Math.round(value * 1e6) / 1e4 : value}
          onChange={(n) => onChange(typeof n === 'number' ? Math.round(n * 1e4) / 1e6 : n)}
        />
      );
    case 'money':
      return <MoneyInput {...props} common={common} />;
    case 'boolean':
      return (
        <Switch
          id={id}
          checked={value === true}
          onChange={onChange}
          checkedChildren={t('value.yes')}
          unCheckedChildren={t('value.no')}
        />
      );
    case 'date':
    case 'instant':
      return (
        <Suspense fallback={<Waiting />}>
          <TimeInput {...props} />
        </Suspense>
      );
    case 'choice':
    case 'multi_choice':
      return <ChoiceInput {...props} common={common} />;
    case 'tags':
      return <TagSelect {...props} />;
    case 'ref':
    case 'multi_ref':
      return <RefSelect {...props} />;
    case 'address':
      return (
        <Suspense fallback={<Waiting />}>
          <AddressInput {...props} />
        </Suspense>
      );
    case 'geo':
      return <GeoInput {...props} />;
    case 'file':
    case 'image':
      return <FileInput {...props} />;
    case 'json':
      return <JsonInput {...props} />;
    default:
      return (
        <Input
          {...common}
          type={inputType(field)}
          value={text}
          onChange={(e) => changeText(e.target.value)}
        />
      );
  }
}

function inputType(field: Field): string {
  if (field.type === 'email') return 'email';
  if (field.type === 'phone') return 'tel';
  if (field.type === 'url') return 'url';
  return 'text';
}

function Waiting() {
  return <div className="input-waiting" />;
}

type Common = Record<string, unknown> & { id: string };

function ChoiceInput({ field, value, onChange, common, eager = false }: InputProps & { common: Common }) {
  const several = field.type === 'multi_choice';
  const held = Array.isArray(value) ? value : [value];
  const options = (field.choices ?? [])
    .filter((c) => !c.retired || held.includes(c.key))
    .map((c) => ({ value: c.key, label: c.label }));
  return (
    <Select
      {...common}
      className="wide"
      defaultOpen={eager}
      allowClear={!field.required}
      showSearch={options.length > 8 ? { optionFilterProp: 'label' } : false}
      options={options}
      {...(several ? { mode: 'multiple' as const } : {})}
      value={several ? ((value as string[] | null) ?? []) : ((value as string | null) ?? null)}
      onChange={(v) => onChange(v ?? null)}
    />
  );
}

function MoneyInput({ field, value, onChange, common }: InputProps & { common: Common }) {
  const { t } = useTranslation();
  const { base_currency } = useSession();
  const money = (value ?? null) as { amount: unknown; currency: string } | null;
  const currency = money?.currency ?? field.currency ?? base_currency;
  const digits = currencyDigits(currency);
  const change = (n: number | string | null, c: string) =>
    onChange(
      n === null
        ? null
        : { amount: typeof n === 'number' ? Math.round(n * 10 ** currencyDigits(c)) : n, currency: c },
    );
  const number = typeof money?.amount === 'number' ? money.amount / 10 ** digits : money?.amount;
  const options = [...new Set([currency, ...currencies])].map((c) => ({ value: c, label: c }));
  return (
    <Space.Compact className="wide">
      {field.currency ? (
        <Space.Addon>{field.currency}</Space.Addon>
      ) : (
        <Select
          aria-label={t('field.currency')}
          className="currency"
          options={options}
          value={currency}
          onChange={(c) => change((number as number | string | undefined) ?? null, c)}
        />
      )}
      <NumberInput
        {...common}
        decimals={digits}
        value={number}
        onChange={(n) => change(n, currency)}
      />
    </Space.Compact>
  );
}

function GeoInput({ value, onChange, id }: InputProps) {
  const { t } = useTranslation();
  const geo = (value ?? {}) as { lat?: number | null; lng?: number | null };
  const change = (part: object) => {
    const next = { ...geo, ...part };
    onChange(next.lat == null && next.lng == null ? null : next);
  };
  return (
    <div className="pair">
      <InputNumber
        id={id}
        className="wide"
        placeholder={t('field.latitude')}
        aria-label={t('field.latitude')}
        value={geo.lat ?? null}
        onChange={(lat) => change({ lat })}
      />
      <InputNumber
        className="wide"
        placeholder={t('field.longitude')}
        aria-label={t('field.longitude')}
        value={geo.lng ?? null}
        onChange={(lng) => change({ lng })}
      />
    </div>
  );
}
