import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router';
import { api } from '../api/client';
import { fieldNamed, objectNamed, useModel, valueType } from '../api/model';
import type { Field, Model, ModelObject, RecordData, Titles } from '../api/types';
import { type Translate, useTranslation } from '../app/i18n';
import { isEmpty } from '../field/empty';
import { Value } from '../field/Value';
import { Icon, type IconName } from '../parts/Icon';
import { More } from '../parts/More';
import { Empty, Failure, Skeleton } from '../parts/states';
import { useFormat } from '../parts/useFormat';
import { BatchUndo, type OfBatch } from './BatchUndo';
import { Composer } from './Composer';

interface Entry extends OfBatch {
  kind: string;
  at: string;
  object?: string;
  id: string;
  record?: RecordData | null;
  /** Of a change: who, and what was before and after. */
  actor?: { id: string; name: string } | null;
  op?: string;
  changes?: { field: string; before: unknown; after: unknown }[];
}

interface TimelinePage {
  data: Entry[];
  has_more: boolean;
  next: string | null;
  titles?: Titles;
}

const kinds = ['follow_up', 'interaction', 'order', 'task', 'comment', 'change'] as const;
const icons: Record<string, IconName> = {
  follow_up: 'phone',
  interaction: 'chat',
  order: 'wallet',
  task: 'check',
  comment: 'note',
  change: 'clock',
};

export function Timeline({ object, record }: { object: ModelObject; record: RecordData }) {
  const { t } = useTranslation();
  const model = useModel();
  const [query, setQuery] = useSearchParams();
  const kind = query.get('kind') ?? '';
  const list = useInfiniteQuery({
    queryKey: ['timeline', object.plural, record.id, kind],
    queryFn: ({ pageParam, signal }) =>
      api<TimelinePage>(`/${object.plural}/${record.id}/timeline`, {
        query: { kind, after: pageParam },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last) => (last.has_more ? last.next : undefined),
  });
  const entries = list.data?.pages.flatMap((p) => p.data) ?? [];
  const titles: Titles = Object.assign({}, ...(list.data?.pages.map((p) => p.titles) ?? []));
  const offered = kinds.filter((k) => k === 'change' || objectNamed(model, k));
  const choose = (k: string) => setQuery(k ? { kind: k } : {}, { replace: true });
  return (
    <>
      <Composer object={object} record={record} />
      <div className="kinds" role="group" aria-label={t('timeline.filter')}>
        <button type="button" aria-pressed={!kind} onClick={() => choose('')}>
          {t('timeline.all')}
        </button>
        {offered.map((k) => (
          <button key={k} type="button" aria-pressed={kind === k} onClick={() => choose(k)}>
            {kindLabel(k, model, t)}
          </button>
        ))}
      </div>
      {list.isPending ? (
        <Skeleton rows={5} />
      ) : list.isLoadingError ? (
        <Failure error={list.error} retry={() => void list.refetch()} />
      ) : entries.length === 0 ? (
        <Empty icon="clock" title={t('timeline.none')} hint={t('timeline.noneHint')} />
      ) : (
        <ol className="stream">
          {entries.map((e) => (
            <TimelineItem
              key={`${e.kind}${e.id}`}
              entry={e}
              model={model}
              root={object}
              titles={titles}
            />
          ))}
        </ol>
      )}
      <More list={list} />
    </>
  );
}

function kindLabel(kind: string, model: Model, t: (k: string) => string): string {
  return kind === 'change' ? t('timeline.change') : (objectNamed(model, kind)?.label ?? kind);
}

/** The words of an entry: its longest text first, then what else is known in one line. */
function splitFields(o: ModelObject, r: RecordData): { text: Field | undefined; rest: Field[] } {
  const filled = o.fields.filter(
    (f) => !f.system && !f.hidden && !isEmpty(r[f.name]) && f.target !== 'customer',
  );
  const text =
    filled.find((f) => valueType(f) === 'long_text' || valueType(f) === 'rich_text') ??
    filled.find((f) => f.name === o.title);
  const order = o.layouts?.facts ?? o.layouts?.list ?? [];
  const rest = filled
    .filter((f) => f !== text && !['object', 'record'].includes(f.name) && f.name !== 'at')
    .filter((f) => order.length === 0 || order.includes(f.name))
    .toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return { text, rest: rest.slice(0, 5) };
}

function TimelineItem({
  entry,
  model,
  root,
  titles,
}: {
  entry: Entry;
  model: Model;
  root: ModelObject;
  titles: Titles;
}) {
  const { t } = useTranslation();
  const f = useFormat();
  const o = objectNamed(model, entry.object ?? entry.kind);
  const r = entry.record;
  const isChange = entry.kind === 'change';
  const { text, rest } = o && r && !isChange ? splitFields(o, r) : { text: undefined, rest: [] };
  const by = isChange ? entry.actor?.name : r && titles[String(r.created_by ?? r.owner ?? '')];
  const linkable = o && !isChange && o.plural !== root.plural && o.menu;
  return (
    <li className="stream-item stream-marked">
      <span className="stream-mark">
        <Icon name={icons[entry.kind] ?? 'flag'} size={14} />
      </span>
      <p className="stream-head">
        {linkable ? (
          <Link to={`/${o.plural}/${entry.id}`}>{kindLabel(entry.kind, model, t)}</Link>
        ) : (
          <strong>{isChange ? sayChange(entry, t) : kindLabel(entry.kind, model, t)}</strong>
        )}
        {by && <span className="muted">{by}</span>}
        <time dateTime={entry.at} title={f.exact(entry.at)}>
          {f.instant(entry.at)}
        </time>
      </p>
      {isChange && !whole.has(entry.op ?? '') && <ChangeLine root={root} entry={entry} titles={titles} />}
      {isChange && <BatchUndo change={entry} />}
      {r && text && (
        <div className="stream-text">
          <Value field={text} value={r[text.name]} titles={titles} />
        </div>
      )}
      {r && rest.length > 0 && (
        <p className="stream-facts">
          {rest.map((x) => (
            <span key={x.name}>
              <span className="muted">{x.label}</span>{' '}
              <Value field={x} value={r[x.name]} titles={titles} compact />
            </span>
          ))}
        </p>
      )}
    </li>
  );
}

/** Of these there is nothing to tell but that they were done. */
const whole = new Set(['create', 'insert', 'delete', 'restore']);

function sayChange(entry: Entry, t: Translate): string {
  const known = entry.op && entry.op !== 'update';
  return known
    ? t(`history.op.${entry.op}`, { defaultValue: t('timeline.change') })
    : t('timeline.change');
}

function ChangeLine({ root, entry, titles }: { root: ModelObject; entry: Entry; titles: Titles }) {
  const { t } = useTranslation();
  const names = (entry.changes ?? []).flatMap((c) => {
    const field = fieldNamed(root, c.field);
    return field && !field.system ? { field, after: c.after } : [];
  });
  return (
    <p className="stream-facts">
      {names.slice(0, 6).map(({ field, after }) => (
        <span key={field.name}>
          <span className="muted">{field.label}</span>{' '}
          {isEmpty(after) ? (
            <span className="muted">{t('history.emptied')}</span>
          ) : (
            <Value field={field} value={after} titles={titles} compact />
          )}
        </span>
      ))}
    </p>
  );
}
