import { Link } from 'react-router';
import { fieldNamed, type RelatedList, recordTitle, titleField, valueType } from '../api/model';
import { useSmallList } from '../api/records';
import type { Field, ModelObject, RecordData } from '../api/types';
import { useTranslation } from '../app/i18n';
import { isUntold } from '../field/empty';
import { Value } from '../field/Value';
import { Icon } from '../parts/Icon';
import { useFormat } from '../parts/useFormat';

const shownRecords = 5;
const shownFields = 3;
/** Values that say nothing without the name of their field. */
const bare = new Set(['boolean', 'number', 'percent']);

export function Related({ lists, record }: { lists: RelatedList[]; record: RecordData }) {
  return lists.map((l) => (
    <RelatedOne
      key={`${l.object.name}.${l.via.name}`}
      list={l}
      record={record}
      twice={lists.some((other) => other !== l && other.object === l.object)}
      again={lists.findIndex((other) => other.object === l.object) < lists.indexOf(l)}
    />
  ));
}

function summaryFields(o: ModelObject, via: Field): Field[] {
  const names = o.layouts?.list ?? o.fields.filter((f) => !f.system).map((f) => f.name);
  return names
    .filter((n) => n !== via.name && n !== titleField(o))
    .flatMap((n) => fieldNamed(o, n) ?? [])
    .filter((f) => !f.hidden && f.type !== 'long_text')
    .slice(0, shownFields + 2);
}

function RelatedOne({
  list,
  record,
  twice,
  again,
}: {
  list: RelatedList;
  record: RecordData;
  /** Linked by more than one field, so that its name alone says too little. */
  twice: boolean;
  /** Another link to the same object stands above: an empty one says nothing more. */
  again: boolean;
}) {
  const { t } = useTranslation();
  const f = useFormat();
  const { object, via } = list;
  const where = JSON.stringify({ field: via.name, eq: record.id });
  const found = useSmallList(object.plural, { where, limit: shownRecords });
  const rows = found.data?.data ?? [];
  const count = found.data?.count;
  const total = count?.value ?? rows.length;
  const n = f.number(total) + (count && !count.exact ? '+' : '');
  const name = object.plural_label || object.label;
  const label = twice && rows.length > 0 ? `${name} · ${via.label}` : name;
  const fields = summaryFields(object, via);
  if (again && found.isSuccess && rows.length === 0) return null;
  return (
    <div className={rows.length ? 'related' : 'related related-none'}>
      <div className="related-head">
        <h2>
          {label} <span className="muted">{found.isSuccess ? n : ''}</span>
        </h2>
        {object.rights?.create && (
          <Link
            className="icon-button"
            to={`/${object.plural}/new?${via.name}=${record.id}`}
            aria-label={t('list.create', { object: object.label })}
            title={t('list.create', { object: object.label })}
          >
            <Icon name="add" size={16} />
          </Link>
        )}
      </div>
      {rows.length > 0 && (
        <ul>
          {rows.map((r) => {
            const facts = fields.filter((x) => !isUntold(r[x.name])).slice(0, shownFields);
            const title = recordTitle(object, r, found.data?.titles);
            return (
              <li key={r.id}>
                <Link to={`/${object.plural}/${r.id}`}>
                  {title && <span className="related-title">{title}</span>}
                  <span className="related-facts">
                    {facts.map((x) => (
                      <span key={x.name}>
                        {bare.has(valueType(x)) && <span className="muted">{x.label} </span>}
                        <Value field={x} value={r[x.name]} titles={found.data?.titles} compact />
                      </span>
                    ))}
                  </span>
                </Link>
              </li>
            );
          })}
        </ul>
      )}
      {total > rows.length && (
        <Link className="small" to={`/${object.plural}?where=${encodeURIComponent(where)}`}>
          {t('record.seeAll', { n })}
        </Link>
      )}
      {found.isError && (
        <p className="small field-error" role="alert">
          {found.error.message}{' '}
          <button type="button" className="link-button" onClick={() => void found.refetch()}>
            {t('action.retry')}
          </button>
        </p>
      )}
    </div>
  );
}
