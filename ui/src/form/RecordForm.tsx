import { Button } from 'antd';
import { useRef } from 'react';
import { useNavigate } from 'react-router';
import { recordTitle } from '../api/model';
import { type ModelObject, noTitles, type RecordData, type Titles } from '../api/types';
import { useTranslation } from '../app/i18n';
import { useTitles } from '../field/useTitles';
import { useTell } from '../parts/useTell';
import { useTitle } from '../parts/useTitle';
import { FormFields } from './FormFields';
import { useAskToLeave } from './useAskToLeave';
import { useRecordForm, type Values } from './useRecordForm';

const unset: Values = {};

/** The names of whom a preset field refers to and of whoever changed the record meanwhile. */
function useFormTitles(object: ModelObject, preset: Values, changedBy: string, given: Titles) {
  const via = object.fields.find((f) => f.type === 'ref' && preset[f.name]);
  const named = useTitles(via?.target, via ? [String(preset[via.name])] : [], given);
  return useTitles('user', changedBy ? [changedBy] : [], named);
}

export function RecordForm({
  object,
  record: latest,
  titles: given = noTitles,
  preset = unset,
}: {
  object: ModelObject;
  record?: RecordData;
  titles?: Titles;
  preset?: Values;
}) {
  const { t } = useTranslation();
  const tell = useTell();
  const navigate = useNavigate();
  const left = useRef(false);
  const form = useRecordForm(object, latest, preset);
  const { record, dirty } = form;
  const changedBy = Object.keys(form.theirs).length ? String(record?.updated_by ?? '') : '';
  const titles = useFormTitles(object, preset, changedBy, given);
  const heading = record
    ? t('form.edit', { name: recordTitle(object, record) || object.label })
    : t('form.create', { object: object.label });
  useTitle(heading);
  useAskToLeave(dirty, left);

  const save = () =>
    form.save(async (saved) => {
      left.current = true;
      tell.done(record ? t('form.saved') : t('form.created', { object: object.label }));
      await navigate(`/${object.plural}/${saved.data.id}`, { replace: true });
    });
  return (
    <form
      className="page form-page"
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        void save();
      }}
      onKeyDown={(e) => {
        if (e.key === 'Enter' && (e.metaKey || e.ctrlKey)) void save();
      }}
    >
      <div className="page-head">
        <h1>{heading}</h1>
      </div>
      {form.general && (
        <p className="form-general" role="alert">
          {form.general}
        </p>
      )}
      <Sections object={object} form={form} titles={titles} by={titles[changedBy] ?? ''} />
      <div className="form-foot">
        <Button
          type="primary"
          htmlType="submit"
          loading={form.busy}
          disabled={record ? !dirty : false}
        >
          {record ? t('action.save') : t('form.createButton', { object: object.label })}
        </Button>
        <Button
          onClick={() => void navigate(`/${object.plural}${record ? `/${record.id}` : ''}`)}
        >
          {t('action.cancel')}
        </Button>
      </div>
    </form>
  );
}

function Sections({
  object,
  form,
  titles,
  by,
}: {
  object: ModelObject;
  form: ReturnType<typeof useRecordForm>;
  titles: Titles;
  by: string;
}) {
  const { t } = useTranslation();
  const { record, sections } = form;
  return sections.map((s, i) => (
    <fieldset key={s.label ?? i} className="form-section">
      <legend>{s.label ?? (sections.length > 1 ? t('form.more') : object.label)}</legend>
      <FormFields
        object={object}
        fields={s.fields}
        record={record}
        changed={form.changes}
        titles={titles}
        errors={form.errors}
        holders={form.holders}
        theirs={form.theirs}
        by={by}
        autoFocus={i === 0 && !record}
        onChange={form.change}
        onKeep={form.keep}
        onMine={form.keepMine}
      />
    </fieldset>
  ));
}
