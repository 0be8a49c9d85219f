import { useInfiniteQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import { fieldNamed } from '../api/model';
import type { Field, ModelObject, RecordData, Titles } from '../api/types';
import { useTranslation } from '../app/i18n';
import { isEmpty } from '../field/empty';
import { inLine, Value } from '../field/Value';
import { More } from '../parts/More';
import { Failure, Skeleton } from '../parts/states';
import { useFormat } from '../parts/useFormat';
import { BatchUndo, type OfBatch } from './BatchUndo';
import { wasEntered } from './entered';
import { isDefinition, RoleChanges, RoleRights } from './RoleRights';

interface Change extends OfBatch {
  id: string;
  at: string;
  actor: { id: string; name: string } | null;
  through: string;
  op: string;
  changes: { field: string; before: unknown; after: unknown }[];
}

interface HistoryPage {
  data: Change[];
  has_more: boolean;
  next: string | null;
  titles?: Titles;
}

export function History({
  object,
  record,
  titles,
}: {
  object: ModelObject;
  record: RecordData;
  titles: Titles;
}) {
  const { t } = useTranslation();
  const f = useFormat();
  const list = useInfiniteQuery({
    queryKey: ['history', object.plural, record.id],
    queryFn: ({ pageParam, signal }) =>
      api<HistoryPage>(`/${object.plural}/${record.id}/history`, {
        query: { after: pageParam },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last) => (last.has_more ? last.next : undefined),
  });
  if (list.isPending) return <Skeleton rows={5} />;
  if (list.isLoadingError) return <Failure error={list.error} retry={() => void list.refetch()} />;
  const known = Object.assign({}, titles, ...list.data.pages.map((p) => p.titles));
  return (
    <>
      <ol className="stream">
        {list.data.pages
          .flatMap((p) => p.data)
          .map((c, i, changes) => (
            <li key={c.id} className="stream-item">
              <p className="stream-head">
                <strong>{c.actor?.name ?? t('history.system')}</strong>{' '}
                {t(`history.op.${c.op}`, { defaultValue: c.op })}
                <span className="muted">
                  {' · '}
                  {t(`history.through.${c.through}`, { defaultValue: c.through })}
                </span>
                <time dateTime={c.at} title={f.exact(c.at)}>
                  {f.instant(c.at)}
                </time>
              </p>
              <Changes object={object} change={c} titles={known} />
              {c.batch !== changes[i - 1]?.batch && <BatchUndo change={c} />}
            </li>
          ))}
      </ol>
      <More list={list} />
    </>
  );
}

function Changes({
  object,
  change,
  titles,
}: {
  object: ModelObject;
  change: Change;
  titles: Titles;
}) {
  const lines = change.changes.flatMap((c) => {
    const field = fieldNamed(object, c.field);
    if (!field || field.system) return [];
    return change.op === 'create' && !wasEntered(field, c.after, change) ? [] : { ...c, field };
  });
  if (lines.length === 0) return null;
  return (
    <dl className="changes">
      {lines.map((c) =>
        isDefinition(object, c.field) && !isEmpty(c.before) ? (
          <RoleChanges key={c.field.name} before={c.before} after={c.after} />
        ) : (
          <div key={c.field.name}>
            <dt>{c.field.label}</dt>
            <dd>
              {!isEmpty(c.before) && (
                <>
                  <del>
                    <Value {...inLine(c.field)} value={c.before} titles={titles} />
                  </del>
                  <span className="muted"> → </span>
                </>
              )}
              <After object={object} field={c.field} value={c.after} titles={titles} />
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}

function After({
  object,
  field,
  value,
  titles,
}: {
  object: ModelObject;
  field: Field;
  value: unknown;
  titles: Titles;
}) {
  const { t } = useTranslation();
  if (isEmpty(value)) return <span className="muted">{t('history.emptied')}</span>;
  if (isDefinition(object, field)) return <RoleRights definition={value} />;
  return <Value {...inLine(field)} value={value} titles={titles} />;
}
