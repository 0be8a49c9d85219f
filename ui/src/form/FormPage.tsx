import { useMemo } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { mayUpdate, useObject } from '../api/model';
import { useRecord } from '../api/records';
import type { ModelObject } from '../api/types';
import { Lost, NoRecord } from '../app/Lost';
import { useTranslation } from '../app/i18n';
import { Empty, Skeleton } from '../parts/states';
import { RecordForm } from './RecordForm';
import type { Values } from './useRecordForm';
import '../styles/field.css';
import '../styles/form.css';

export function FormPage() {
  const { plural, id } = useParams();
  const [query] = useSearchParams();
  const object = useObject(plural);
  if (!object) return <Lost />;
  if (id) return <EditPage key={`${plural}/${id}`} object={object} id={id} />;
  if (!object.rights?.create) return <NotAllowed object={object} />;
  return <CreatePage key={`${plural}?${query}`} object={object} />;
}

function NotAllowed({ object, id }: { object: ModelObject; id?: string }) {
  const { t } = useTranslation();
  const objects = object.plural_label || object.label;
  return (
    <Empty
      icon="lock"
      heading
      title={t(id ? 'form.mayNotChange' : 'form.mayNotCreate', { objects })}
      hint={t('form.mayNotHint')}
    >
      <Link to={`/${object.plural}${id ? `/${id}` : ''}`} className="ghost-button">
        {t('form.back')}
      </Link>
    </Empty>
  );
}

function EditPage({ object, id }: { object: ModelObject; id: string }) {
  const record = useRecord(object.plural, id);
  if (record.isPending) return <Skeleton rows={10} />;
  if (record.isLoadingError)
    return (
      <NoRecord object={object} error={record.error} retry={() => void record.refetch()} />
    );
  if (!mayUpdate(record.data.data)) return <NotAllowed object={object} id={id} />;
  return <RecordForm key={id} object={object} record={record.data.data} titles={record.data.titles} />;
}

const words = new Set(['now', 'today', 'me']);

/** What a new record starts with, as far as it is a value and not a word such as "now" or a record
 * that the server looks for. */
function defaults(object: ModelObject): Values {
  return Object.fromEntries(
    object.fields
      .filter((f) => f.access === 'write' && f.default !== null && f.default !== undefined)
      .filter((f) => f.choices || !words.has(String(f.default)))
      .filter((f) => f.type !== 'ref' || typeof f.default === 'string')
      .map((f) => [f.name, f.default]),
  );
}

/** Values in the address prefill a new record: /orders/new?customer=7 */
function CreatePage({ object }: { object: ModelObject }) {
  const [query] = useSearchParams();
  const preset = useMemo(() => {
    const known = new Set(object.fields.map((f) => f.name));
    const given = Object.fromEntries([...query].filter(([k]) => known.has(k)));
    return { ...defaults(object), ...given };
  }, [object, query]);
  return <RecordForm object={object} preset={preset} />;
}
