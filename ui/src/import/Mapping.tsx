import { Button, Input, InputNumber, Select } from 'antd';
import { useState } from 'react';
import type { ModelObject } from '../api/types';
import { useTranslation } from '../app/i18n';
import { Icon } from '../parts/Icon';
import { Badge } from '../parts/states';
import { useFormat } from '../parts/useFormat';
import { ColumnOptions } from './ColumnOptions';
import { type Target, useTargets } from './targets';
import { SameFile } from './SameFile';
import {
  type Column,
  columnLetters,
  type ImportRecord,
  type Policy,
  policies,
  untranslated,
} from './types';

export interface MappingDraft {
  columns: Column[];
  policy: Policy;
  source: string | null;
}

interface Props {
  data: ImportRecord;
  object: ModelObject;
  onSheet: (sheet: number) => void;
  onHeader: (row: number) => void;
  onCheck: (draft: MappingDraft) => Promise<void>;
}

export function Mapping({ data, object, onSheet, onHeader, onCheck }: Props) {
  const { t } = useTranslation();
  const f = useFormat();
  const targets = useTargets(object);
  const [columns, setColumns] = useState(data.columns);
  const [policy, setPolicy] = useState<Policy>(data.policy ?? 'update_empty');
  const [source, setSource] = useState(data.source ?? '');
  const [busy, setBusy] = useState(false);
  const mapped = columns.filter((c) => c.field || c.split?.length).length;
  const left = columns.filter((c) => !c.field && !c.split?.length && c.samples.length > 0);
  const rows = data.sheets[data.sheet]?.rows;
  const put = (next: Column) => setColumns(columns.map((c) => (c.index === next.index ? next : c)));
  const check = async () => {
    setBusy(true);
    await onCheck({ columns, policy, source: source.trim() || null });
    setBusy(false);
  };
  return (
    <>
      <SameFile data={data} />
      <div className="import-basics">
        {data.sheets.length > 1 && (
          <div className="import-basic">
            <label htmlFor="sheet">{t('import.sheet')}</label>
            <Select
              id="sheet"
              value={data.sheet}
              onChange={onSheet}
              options={data.sheets.map((s, i) => ({
                value: i,
                label: s.hidden ? t('import.hiddenSheet', { name: s.name }) : s.name,
              }))}
            />
          </div>
        )}
        {data.header_row !== undefined && data.header_row !== null && (
          <div className="import-basic import-narrow">
            <label htmlFor="header">{t('import.header')}</label>
            <InputNumber
              id="header"
              min={0}
              max={100}
              precision={0}
              value={data.header_row}
              onChange={(n) => n !== null && onHeader(n)}
            />
          </div>
        )}
        <div className="import-basic">
          <label htmlFor="policy">{t('import.policy')}</label>
          <Select
            id="policy"
            value={policy}
            onChange={setPolicy}
            popupMatchSelectWidth={false}
            options={policies.map((p) => ({ value: p, label: t(`import.policy.${p}`) }))}
          />
        </div>
        <div className="import-basic">
          <label htmlFor="source">{t('import.source')}</label>
          <Input
            id="source"
            value={source}
            placeholder={t('import.sourceHint')}
            onChange={(e) => setSource(e.target.value)}
          />
        </div>
      </div>
      <p className="import-line muted">
        {rows ? `${t('import.rows', { count: rows, n: f.number(rows) })} · ` : ''}
        {t('import.mapped', { n: mapped, of: columns.length })}
        {data.encoding && data.encoding !== 'UTF-8' ? ` · ${data.encoding}` : ''}
      </p>
      <table className="panel mapping">
        <thead>
          <tr>
            <th>{t('import.column')}</th>
            <th>{t('import.samples')}</th>
            <th>{t('import.target')}</th>
            <th>
              <span className="hidden-label">{t('import.options')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {columns.map((c) => (
            <MappingRow key={c.index} column={c} targets={targets} object={object} onChange={put} />
          ))}
        </tbody>
      </table>
      {left.length > 0 && (
        <p className="import-line import-left">
          {t('import.leftOut', {
            count: left.length,
            columns: left
              .map((c) => c.header || t('import.noHeader', { n: columnLetters(c.index) }))
              .join(t('import.listComma')),
          })}
        </p>
      )}
      <div className="form-foot import-foot">
        <Button type="primary" loading={busy} disabled={mapped === 0} onClick={() => void check()}>
          {t('import.check')}
        </Button>
        <span className="muted small">{t('import.checkHint')}</span>
      </div>
    </>
  );
}

const sure = 0.8;
const dateOrders = ['mdy', 'dmy'] as const;

function MappingRow({
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
  const f = useFormat();
  const unknown = untranslated(column);
  const [open, setOpen] = useState(unknown.length > 0);
  const label = column.header || t('import.noHeader', { n: columnLetters(column.index) });
  const changed = Boolean(
    column.split?.length || column.default || Object.keys(column.translate ?? {}).length,
  );
  return (
    <>
      <tr>
        <th scope="row">{label}</th>
        <td className="mapping-samples">
          {column.samples.slice(0, 3).map((s, i) => (
            <span key={i}>{s}</span>
          ))}
        </td>
        <td className="mapping-target">
          <Select
            aria-label={t('import.targetOf', { column: label })}
            className="wide"
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('import.ignore')}
            popupMatchSelectWidth={240}
            options={targets}
            value={column.split?.length ? null : column.field}
            disabled={Boolean(column.split?.length)}
            onChange={(v) => onChange({ ...column, field: v ?? null, confidence: 1 })}
          />
          {column.repeated && <Badge color="amber">{t('import.headerTwice')}</Badge>}
          {column.field && column.confidence < sure && (
            <Badge color="amber">
              {t('import.guess', { percent: f.percent(column.confidence, 0) })}
            </Badge>
          )}
          {unknown.length > 0 && (
            <Badge color="amber">
              {t('import.unknownWords', { count: unknown.length, n: f.number(unknown.length) })}
            </Badge>
          )}
          {column.field && column.date_order && (
            <Select
              aria-label={t('import.dateOrderOf', { column: label })}
              className="wide"
              value={column.date_order}
              options={dateOrders.map((o) => ({ value: o, label: t(`import.dateOrder.${o}`) }))}
              onChange={(date_order) => onChange({ ...column, date_order })}
            />
          )}
        </td>
        <td>
          <button
            type="button"
            className="icon-button"
            aria-expanded={open}
            aria-label={t('import.optionsOf', { column: label })}
            onClick={() => setOpen(!open)}
          >
            <Icon name={changed ? 'settings' : 'more'} size={16} />
          </button>
        </td>
      </tr>
      {open && (
        <tr className="mapping-more">
          <td colSpan={4}>
            <ColumnOptions column={column} targets={targets} object={object} onChange={onChange} />
          </td>
        </tr>
      )}
    </>
  );
}
