import { Button, Dropdown, type MenuProps } from 'antd';
import { useEffect, useEffectEvent, useState } from 'react';
import { Link, Navigate, useNavigate, useParams, useSearchParams } from 'react-router';
import { isGone, mergedInto } from '../api/client';
import {
  mayDelete,
  mayMerge,
  mayUpdate,
  recordTitle,
  relatedLists,
  useModel,
  useObject,
} from '../api/model';
import { type OneRecord, useRecord, useWrites } from '../api/records';
import type { ModelObject, RecordData } from '../api/types';
import { Lost, NoRecord } from '../app/Lost';
import { useTranslation } from '../app/i18n';
import { Avatar } from '../parts/Avatar';
import { ask } from '../parts/ask';
import { Icon } from '../parts/Icon';
import { Skeleton } from '../parts/states';
import { useFormat } from '../parts/useFormat';
import { usePhone } from '../parts/useNarrow';
import { useTell } from '../parts/useTell';
import { useTitle } from '../parts/useTitle';
import { Facts } from './Facts';
import { History } from './History';
import { Related } from './Related';
import { SignInState } from './SignInState';
import { Timeline } from './Timeline';
import { useDuplicates } from './useDuplicates';
import '../styles/field.css';
import '../styles/record.css';

export function RecordPage() {
  const { plural, id } = useParams();
  const object = useObject(plural);
  const record = useRecord(object?.plural ?? '', object && id);
  if (!object) return <Lost />;
  if (record.isPending) return <Skeleton rows={10} />;
  const into = mergedInto(record.error);
  if (into) return <Navigate replace to={`/${object.plural}/${into}`} />;
  if (!record.data || isGone(record.error))
    return (
      <NoRecord object={object} error={record.error} retry={() => void record.refetch()} />
    );
  return <RecordView key={id} object={object} one={record.data} />;
}

type Middle = 'timeline' | 'history';
type Column = 'facts' | 'middle' | 'related';

function RecordView({ object, one }: { object: ModelObject; one: OneRecord }) {
  const { t } = useTranslation();
  const model = useModel();
  const phone = usePhone();
  const [query, setQuery] = useSearchParams();
  const record = one.data;
  const name = recordTitle(object, record, one.titles) || object.label;
  const hasTimeline = object.root === 'self';
  const middle: Middle = hasTimeline && query.get('show') !== 'history' ? 'timeline' : 'history';
  const [column, setColumn] = useState<Column>(query.has('show') ? 'middle' : 'facts');
  const lists = relatedLists(model, object);
  useTitle(name);

  const columns: [Column, string][] = [
    ['facts', t('record.facts')],
    ['middle', hasTimeline ? t('record.timeline') : t('record.history')],
    ...(lists.length ? ([['related', t('record.related')]] as [Column, string][]) : []),
  ];
  const shows = (c: Column) => !phone || column === c;
  return (
    <div className="record">
      <Head object={object} one={one} name={name} />
      {phone && (
        <div className="views record-tabs">
          <div className="views-tabs">
            {columns.map(([key, label]) => (
              <button
                key={key}
                type="button"
                className="view-tab"
                aria-pressed={column === key}
                onClick={() => setColumn(key)}
              >
                {label}
              </button>
            ))}
          </div>
        </div>
      )}
      <div className={lists.length ? 'record-columns' : 'record-columns record-two'}>
        {shows('facts') && (
          <section className="record-facts" aria-label={t('record.facts')}>
            <SignInState object={object} user={record} />
            <MaybeTwice object={object} record={record} />
            <Facts object={object} one={one} />
          </section>
        )}
        {shows('middle') && (
          <section className="record-middle" aria-label={t('record.timeline')}>
            {hasTimeline && (
              <div className="record-switch">
                {(['timeline', 'history'] as const).map((k) => (
                  <button
                    key={k}
                    type="button"
                    className="view-tab"
                    aria-pressed={middle === k}
                    onClick={() => setQuery(k === 'history' ? { show: k } : {}, { replace: true })}
                  >
                    {t(`record.${k}`)}
                  </button>
                ))}
              </div>
            )}
            {middle === 'timeline' ? (
              <Timeline object={object} record={record} />
            ) : (
              <History object={object} record={record} titles={one.titles} />
            )}
          </section>
        )}
        {shows('related') && lists.length > 0 && (
          <section className="record-related" aria-label={t('record.related')}>
            <Related lists={lists} record={record} />
          </section>
        )}
      </div>
    </div>
  );
}

/** Says that this customer may be there more than once. */
function MaybeTwice({ object, record }: { object: ModelObject; record: RecordData }) {
  const { t } = useTranslation();
  const matches = useDuplicates(object, record.id);
  if (matches.length === 0 || !mayUpdate(record)) return null;
  const names = matches.slice(0, 2).map((m) => recordTitle(object, m.record) || object.label);
  return (
    <p className="record-twice small">
      {t(matches.length > 1 ? 'merge.twiceMany' : 'merge.twice', {
        n: matches.length,
        names: names.join(t('merge.and')),
        reason: matches[0]?.reasons[0],
      })}{' '}
      <Link to={`/${object.plural}/${record.id}/merge?with=${matches[0]?.record.id}`}>
        {t('merge.compare')}
      </Link>
    </p>
  );
}

function Head({ object, one, name }: { object: ModelObject; one: OneRecord; name: string }) {
  const { t } = useTranslation();
  const f = useFormat();
  const phone = usePhone();
  const navigate = useNavigate();
  const tell = useTell();
  const writes = useWrites(object.plural);
  const record = one.data;
  const by = (field: string) => one.titles[String(record[field] ?? '')] ?? '';
  const at = (field: string) => (record[field] ? f.instant(String(record[field])) : '');
  const onLeave = useEffectEvent(() => writes.forget(record.id));
  useEffect(() => () => onLeave(), []);

  const remove = async () => {
    try {
      await writes.remove(record);
      await navigate(`/${object.plural}`, { replace: true });
      tell.undo(t('record.deleted', { name }), async () => {
        await writes.restore(record.id);
        await navigate(`/${object.plural}/${record.id}`);
      });
    } catch (e) {
      tell.error(e);
    }
  };
  const items: MenuProps['items'] = [
    ...(mayMerge(object) && mayUpdate(record)
      ? [{ key: 'merge', label: t('merge.action'), icon: <Icon name="merge" size={16} /> }]
      : []),
    ...(mayDelete(record)
      ? [
          {
            key: 'delete',
            danger: true,
            label: t('action.delete'),
            icon: <Icon name="trash" size={16} />,
          },
        ]
      : []),
  ];
  const askRemove = async () => {
    const yes = await ask({
      title: t('record.deleteAsk', { name }),
      hint: t('bulk.deleteHint'),
      yes: t('action.delete'),
      danger: true,
    });
    if (yes) await remove();
  };

  const act: MenuProps['onClick'] = ({ key }) =>
    void (key === 'merge' ? navigate(`/${object.plural}/${record.id}/merge`) : askRemove());

  return (
    <header className="record-head">
      {object.root === 'self' && <Avatar id={record.id} name={name} size={40} />}
      <div className="record-name">
        <h1>{name}</h1>
        <p className="small muted">
          {record.created_at
            ? t('record.created', { at: at('created_at'), by: by('created_by') })
            : ''}
          {record.updated_at && record.updated_at !== record.created_at
            ? ` · ${t('record.updated', { at: at('updated_at'), by: by('updated_by') })}`
            : ''}
        </p>
      </div>
      {mayUpdate(record) && (
        <Button
          icon={<Icon name="edit" size={16} />}
          aria-label={t('action.edit')}
          onClick={() => void navigate(`/${object.plural}/${record.id}/edit`)}
        >
          {phone ? null : t('action.edit')}
        </Button>
      )}
      {items.length > 0 && (
        <Dropdown trigger={['click']} placement="bottomRight" menu={{ items, onClick: act }}>
          <Button icon={<Icon name="more" size={16} />} aria-label={t('record.actions')} />
        </Dropdown>
      )}
    </header>
  );
}
