import { Button } from 'antd';
import type { ModelObject, RecordData } from '../api/types';
import { useTranslation } from '../app/i18n';
import { FieldInput, type InputProps } from '../field/FieldInput';
import { Value } from '../field/Value';
import { Reveal } from '../record/Reveal';

/** A value that is seen in part only: shown in full on demand, replaced without being seen. */
export function MaskedInput({
  object,
  record,
  editable,
  replacing,
  onReplace,
  onKeep,
  ...input
}: InputProps & {
  object: ModelObject;
  record: RecordData;
  editable: boolean;
  replacing: boolean;
  onReplace: () => void;
  onKeep: () => void;
}) {
  const { t } = useTranslation();
  const { field, id } = input;
  if (replacing)
    return (
      <div className="masked">
        <FieldInput {...input} autoFocus />
        <Button type="text" onClick={onKeep}>
          {t('form.keepMasked')}
        </Button>
      </div>
    );
  return (
    <div className="masked">
      <output id={id} className="masked-value">
        <Value field={field} value={record[field.name]} compact />
      </output>
      <Reveal object={object} record={record} field={field} />
      {editable && (
        <Button aria-label={t('form.replaceField', { field: field.label })} onClick={onReplace}>
          {t('file.replace')}
        </Button>
      )}
    </div>
  );
}
