import { useState } from 'react';
import { api } from '../api/client';
import type { Field, ModelObject, RecordData } from '../api/types';
import { useTranslation } from '../app/i18n';
import { Value } from '../field/Value';
import { Icon } from '../parts/Icon';
import { useTell } from '../parts/useTell';
import { useMayReveal } from './masked';

/** Shows a masked value in full when it is asked for, which the server writes down. */
export function Reveal({
  object,
  record,
  field,
}: {
  object: ModelObject;
  record: RecordData;
  field: Field;
}) {
  const { t } = useTranslation();
  const tell = useTell();
  const [value, setValue] = useState<unknown>(null);
  const mayReveal = useMayReveal(record, field);
  const show = async () => {
    try {
      const { data } = await api<{ data: { value: unknown } }>(
        `/${object.plural}/${record.id}/reveal`,
        { method: 'POST', body: { field: field.name } },
      );
      setValue(data.value);
    } catch (e) {
      tell.error(e);
    }
  };
  if (!mayReveal) return null;
  if (value !== null)
    return (
      <span className="revealed">
        <Value field={field} value={value} />
      </span>
    );
  return (
    <button
      type="button"
      className="icon-button"
      title={t('record.reveal')}
      aria-label={t('record.revealField', { field: field.label })}
      onClick={() => void show()}
    >
      <Icon name="eye" size={16} />
    </button>
  );
}
