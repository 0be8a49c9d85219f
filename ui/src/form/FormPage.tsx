import { Button } from 'antd';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { ApiError, keyKeeper } from '../api/client';
import { formSections, mayUpdate, recordTitle, useObject } from '../api/model';
import { type OneRecord, useRecord, useWrites } from '../api/records';
import { type ModelObject, noTitles, type RecordData, type Titles } from '../api/types';
import { Lost, NoRecord } from '../app/Lost';
import { useTranslation } from '../app/i18n';
import { useTitles } from '../field/useTitles';
import { problemsOf } from '../parts/problems';
import { Empty, Skeleton } from '../parts/states';
import { useTell } from '../parts/useTell';
import { useTitle } from '../parts/useTitle';
import { without } from '../parts/without';
import { FormFields } from './FormFields';
import { useAskToLeave } from './useAskToLeave';
import { isChanged, useTheirs } from './useTheirs';
import '../styles/field.css';
import '../styles/form.css';

/** The server's newer version touches what is being written. */
const undecidedYet = new Error('undecided');

type Values = Record<string, unknown>;

const unset: Values = {};

function focusField(name: string | undefined) {
  if (name) document.getElementById(`field-${name}`)?.focus();
}

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
  const [holders, setHolders] = useState<Record<string, string>>({});
  const [keys] = useState(keyKeeper);
  const left = useRef(false);
  const form = useRef<HTMLFormElement>(null);
  const { now: record, theirs: findTheirs, tell: tellNewer, keepMine } = useTheirs(latest, changes);
  const dirty = isChanged(changes, record ?? preset);
  const sections = useMemo(() => formSections(object, record), [object, record]);
  const fields = useMemo(() => sections.flatMap((s) => s.fields), [sections]);
  const theirs = findTheirs(fields);
  const undecided = Object.keys(theirs).filter((n) => theirs[n]?.open);
  const via = object.fields.find((f) => f.type === 'ref' && preset[f.name]);
  const named = useTitles(via?.target, via ? [String(preset[via.name])] : [], given);
  const changedBy = Object.keys(theirs).length ? String(record?.updated_by ?? '') : '';
  const titles = useTitles('user', changedBy ? [changedBy] : [], named);
  const back = record ? `/${object.plural}/${record.id}` : `/${object.plural}`;
  const heading = record
    ? t('form.edit', { name: recordTitle(object, record) || object.label })
    : t('form.create', { object: object.label });
  useTitle(heading);

  useAskToLeave(() => dirty && !left.current);
  useEffect(() => {
    if (!dirty) return;
    const warn = (e: BeforeUnloadEvent) => e.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [dirty]);

  const change = (name: string, value: unknown) => {
    setChanges((old) => ({ ...old, [name]: value }));
    setErrors((old) => without(old, name));
  };

  const keep = (name: string) => {
    setChanges((old) => without(old, name));
    setErrors((old) => without(old, name));
  };

  const refused = (e: unknown) => {
    const known = fields.map((f) => f.name);
    const found = problemsOf(e, known);
    setErrors(found.fields);
    setHolders(found.holders);
    setGeneral(found.general);
    if (!(e instanceof ApiError)) tell.error(e);
    focusField(known.find((n) => found.fields[n]));
  };

  const write = async (version = record?.version): Promise<OneRecord> => {
    if (!record || version === undefined) return writes.create(changes, keys.of(changes));
    try {
      return await writes.update({ id: record.id, version }, changes, keys.of(changes));
    } catch (e) {
      if (!(e instanceof ApiError) || e.code !== 'stale' || !e.body.current) throw e;
      const current = e.body.current as RecordData;
      tellNewer(current);
      // The newer version may have been on its way here still; where nobody touched the same
      // field there is nothing to decide.
      if (Object.values(findTheirs(fields, current)).some((x) => x.open)) throw undecidedYet;
      return write(current.version);
    }
  };

  const save = async () => {
    if (busy) return;
    setGeneral('');
    if (undecided.length) {
      setGeneral(t('conflict.decide'));
      focusField(undecided[0]);
      return;
    }
    setBusy(true);
    try {
      const saved = await write();
      left.current = true;
      tell.done(record ? t('form.saved') : t('form.created', { object: object.label }));
      await navigate(`/${object.plural}/${saved.data.id}`, { replace: true });
    } catch (e) {
      if (e === undecidedYet) setGeneral(t('conflict.decide'));
      else refused(e);
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
            holders={holders}
            theirs={theirs}
            by={titles[changedBy] ?? ''}
            autoFocus={i === 0 && !record}
            onChange={change}
            onKeep={keep}
            onMine={keepMine}
          />
        </fieldset>
      ))}
      <div className="form-foot">
        <Button type="primary" htmlType="submit" loading={busy} disabled={record ? !dirty : false}>
          {record ? t('action.save') : t('form.createButton', { object: object.label })}
        </Button>
        <Button onClick={() => void navigate(back)}>{t('action.cancel')}</Button>
      </div>
    </form>
  );
}
