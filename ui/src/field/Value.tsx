import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { fileUrl } from '../api/client';
import { isDestination, objectNamed, useModel, valueType } from '../api/model';
import { type Address, type Field, type Money, noTitles, type Titles } from '../api/types';
import { useTranslation } from '../app/i18n';
import { Icon } from '../parts/Icon';
import { Badge } from '../parts/states';
import { useFormat } from '../parts/useFormat';
import { isEmpty } from './empty';
import { RichText } from './RichText';
import { safeUrl } from './url';

export interface ValueProps {
  field: Field;
  value: unknown;
  titles?: Titles | undefined;
  /** In a list cell: one line, few tags, no link inside the row's own. */
  compact?: boolean;
}

const toldWhole = new Set(['address', 'tags', 'multi_choice']);

/** Where two values are compared: without links, but nothing left out in which they may differ. */
export const inLine = (field: Field) => ({ field, compact: !toldWhole.has(field.type) });

const shownTags = 2;

function Several({ items, compact }: { items: ReactNode[]; compact: boolean | undefined }) {
  const shown = compact ? items.slice(0, shownTags) : items;
  const rest = items.length - shown.length;
  return (
    <span className="several">
      {shown}
      {rest > 0 && <span className="muted">+{rest}</span>}
    </span>
  );
}

export function Value({ field, value, titles = noTitles, compact }: ValueProps) {
  const { t } = useTranslation();
  const f = useFormat();
  if (isEmpty(value)) return null;
  switch (valueType(field)) {
    case 'number':
      return <>{typeof value === 'number' ? f.number(value, field.decimals) : String(value)}</>;
    case 'percent':
      return <>{typeof value === 'number' ? f.percent(value) : String(value)}</>;
    case 'money':
      return <>{typeof value === 'object' ? f.money(value as Money) : f.number(Number(value))}</>;
    case 'boolean':
      return <>{value ? t('value.yes') : t('value.no')}</>;
    case 'date':
      return <time dateTime={String(value)}>{f.date(String(value))}</time>;
    case 'instant':
      return (
        <time dateTime={String(value)} title={f.exact(String(value))}>
          {f.instant(String(value))}
        </time>
      );
    case 'choice':
      return <ChoiceBadge field={field} value={String(value)} />;
    case 'multi_choice':
      return (
        <Several
          compact={compact}
          items={(value as string[]).map((v) => <ChoiceBadge key={v} field={field} value={v} />)}
        />
      );
    case 'tags':
      return (
        <Several
          compact={compact}
          items={(value as string[]).map((v) => (
            <Badge key={v} color="teal">
              {v}
            </Badge>
          ))}
        />
      );
    case 'email':
      return compact ? String(value) : <a href={`mailto:${value}`}>{String(value)}</a>;
    case 'phone':
      return compact || String(value).includes('*') ? (
        f.phone(String(value))
      ) : (
        <a href={`tel:${value}`}>{f.phone(String(value))}</a>
      );
    case 'url': {
      const url = safeUrl(String(value));
      return compact || !url ? (
        String(value)
      ) : (
        <a href={url} target="_blank" rel="noreferrer noopener">
          {String(value).replace(/^https?:\/\//, '')}
        </a>
      );
    }
    case 'address':
      return (
        <>
          {typeof value === 'object'
            ? f.address(compact ? { ...(value as Address), street: null } : (value as Address))
            : String(value)}
        </>
      );
    case 'geo': {
      const g = value as { lat: number; lng: number };
      return (
        <>
          {f.number(g.lat, 5)}, {f.number(g.lng, 5)}
        </>
      );
    }
    case 'file':
    case 'image':
      return (
        <a href={fileUrl(String(value))} className="file-link" download>
          <Icon name="file" size={16} />
          {titles[String(value)] ?? t('value.file')}
        </a>
      );
    case 'ref':
      return <RefLink field={field} id={String(value)} titles={titles} compact={compact} />;
    case 'multi_ref':
      return (
        <Several
          compact={compact}
          items={(value as string[]).map((id) => (
            <RefLink key={id} field={field} id={id} titles={titles} compact={compact} />
          ))}
        />
      );
    case 'rich_text':
      return <RichText html={String(value)} />;
    case 'long_text':
      return compact ? String(value) : <span className="prose">{String(value)}</span>;
    case 'json':
      return <code className="prose">{JSON.stringify(value, null, compact ? 0 : 2)}</code>;
    default:
      return <>{typeof value === 'object' ? JSON.stringify(value) : String(value)}</>;
  }
}

function ChoiceBadge({ field, value }: { field: Field; value: string }) {
  const choice = field.choices?.find((c) => c.key === value);
  return <Badge color={choice?.color}>{choice?.label ?? value}</Badge>;
}

function RefLink({
  field,
  id,
  titles,
  compact,
}: {
  field: Field;
  id: string;
  titles: Titles;
  compact: boolean | undefined;
}) {
  const model = useModel();
  const target = objectNamed(model, field.target);
  const title = titles[id] ?? `#${id.slice(-6)}`;
  if (compact || !isDestination(target)) return <>{title}</>;
  return <Link to={`/${target.plural}/${id}`}>{title}</Link>;
}
