import { Button } from 'antd';
import { lazy, Suspense, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { useBlocker, useNavigate, useParams, useSearchParams } from 'react-router';
import { ApiError, newKey } from '../api/client';
import { formSections, recordTitle, useObject } from '../api/model';
import { useRecord, useWrites } from '../api/records';
import { type ModelObject, noTitles, type RecordData, type Titles } from '../api/types';
import { Lost } from '../app/Lost';
import { useTranslation } from '../app/i18n';
import { useTitles } from '../field/useTitles';
import { ask } from '../parts/ask';
import { problemsOf } from '../parts/problems';
import { Failure, Skeleton } from '../parts/states';
import { useTell } from '../parts/useTell';
import { useTitle } from '../parts/useTitle';
import { without } from '../parts/without';
import { FormFields } from './FormFields';
import '../styles/field.css';
import '../styles/form.css';

const Conflict = lazy(() => import('../record/Conflict'));

type Values = Record<string, unknown>;

const unset: Values = {};

export function FormPage() {
  const { plural, id } = useParams();
  const object = useObject(plural);
  if (!object) return <Lost />;
  return id ? <EditPage object={object} id={id} /> : <CreatePage object={object} />;
}

function EditPage({ object, id }: { object: ModelObject; id: string }) {
  const record = useRecord(object.plural, id);
  if (record.isPending) return <Skeleton rows={10} />;
  if (record.isLoadingError) return <Failure error={record.error} retry={() => void record.refetch()} />;
  return <RecordForm object={object} record={record.data.data} titles={record.data.titles} />;
}

const words = new Set(['now', 'today', 'me']);

/** What a new record starts with, as far as it is a value and not a word such as "now" or "me". */
function defaults(object: ModelObject): Values {
  return Object.fromEntries(
    object.fields
      .filter((f) => f.access === 'write' && f.default !== null && f.default !== undefined)
      .filter((f) => f.choices || !words.has(String(f.default)))
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

function RecordForm({
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
  const writes = useWrites(object.plural);
  const [changes, setChanges] = useState<Values>(preset);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [general, setGeneral] = useState('');
  const [busy, setBusy] = useState(false);
  const [stale, setStale] = useState<RecordData | null>(null);
  const key = useRef(newKey());
  const left = useRef(false);
  const form = useRef<HTMLFormElement>(null);
  const dirty = Object.keys(changes).length > Object.keys(preset).length;
  // What the writer saw when the writing began; a later version is a conflict, not a surprise.
  const [record, setRecord] = useState(latest);
  if (!dirty && latest !== record) setRecord(latest);
  const sections = useMemo(() => formSections(object, record), [object, record]);
  const via = object.fields.find((f) => f.type === 'ref' && preset[f.name]);
  const titles = useTitles(via?.target, via ? [String(preset[via.name])] : [], given);
  const back = record ? `/${object.plural}/${record.id}` : `/${object.plural}`;
  const heading = record
    ? t('form.edit', { name: recordTitle(object, record) || object.label })
    : t('form.create', { object: object.label });
  useTitle(heading);

  const blocker = useBlocker(() => dirty && !left.current);
  const askLeave = useEffectEvent(async () => {
    const leave = await ask({
      title: t('form.leave'),
      hint: t('form.leaveHint'),
      yes: t('form.leaveYes'),
      no: t('form.leaveNo'),
    });
    if (leave) blocker.proceed?.();
    else blocker.reset?.();
  });
  useEffect(() => {
    if (blocker.state === 'blocked') void askLeave();
  }, [blocker.state]);
  useEffect(() => {
    if (!dirty) return;
    const warn = (e: BeforeUnloadEvent) => e.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [dirty]);

  const change = (name: string, value: unknown) => {
    setChanges((old) => ({ ...old, [name]: value }));
    setErrors((old) => without(old, name));
    key.current = newKey();
  };

  const keep = (name: string) => {
    setChanges((old) => without(old, name));
    setErrors((old) => without(old, name));
  };

  const refused = (e: unknown) => {
    if (e instanceof ApiError && e.code === 'stale' && e.body.current) {
      setStale(e.body.current as RecordData);
      return;
    }
    const known = sections.flatMap((s) => s.fields.map((f) => f.name));
    const found = problemsOf(e, known);
    setErrors(found.fields);
    setGeneral(found.general);
    if (!(e instanceof ApiError)) tell.error(e);
    const first = known.find((n) => found.fields[n]);
    if (first) document.getElementById(`field-${first}`)?.focus();
  };

  const save = async (version = record?.version) => {
    if (busy) return;
    setBusy(true);
    setGeneral('');
    try {
      const saved =
        record && version !== undefined
          ? await writes.update({ id: record.id, version }, changes, key.current)
          : await writes.create(changes, key.current);
      left.current = true;
      tell.done(record ? t('form.saved') : t('form.created', { object: object.label }));
      await navigate(`/${object.plural}/${saved.data.id}`, { replace: true });
    } catch (e) {
      refused(e);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      ref={form}
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
      {general && (
        <p className="form-general" role="alert">
          {general}
        </p>
      )}
      {sections.map((s, i) => (
        <fieldset key={s.label ?? i} className="form-section">
          <legend>{s.label ?? (sections.length > 1 ? t('form.more') : object.label)}</legend>
          <FormFields
            object={object}
            fields={s.fields}
            record={record}
            changed={changes}
            titles={titles}
            errors={errors}
            autoFocus={i === 0 && !record}
            onChange={change}
            onKeep={keep}
          />
        </fieldset>
      ))}
      <div className="form-foot">
        <Button type="primary" htmlType="submit" loading={busy} disabled={record ? !dirty : false}>
          {record ? t('action.save') : t('form.createButton', { object: object.label })}
        </Button>
        <Button onClick={() => void navigate(back)}>{t('action.cancel')}</Button>
      </div>
      {stale && (
        <Suspense>
          <Conflict
            object={object}
            current={stale}
            yours={changes}
            titles={titles}
            onKeepMine={() => {
              setStale(null);
              void save(stale.version);
            }}
            onTakeTheirs={() => {
              left.current = true;
              writes.refresh(stale.id);
              void navigate(back);
            }}
            onClose={() => setStale(null)}
          />
        </Suspense>
      )}
    </form>
  );
}
