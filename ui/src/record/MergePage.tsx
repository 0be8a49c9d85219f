import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { ApiError } from '../api/client';
import { fieldNamed, objectNamed, recordTitle, useModel, useObject } from '../api/model';
import { useWrites } from '../api/records';
import type { Field, Id, ModelObject, RecordData } from '../api/types';
import { Lost } from '../app/Lost';
import { useTranslation } from '../app/i18n';
import { RefSelect } from '../field/RefSelect';
import { inLine, Value } from '../field/Value';
import { undoBatches } from '../list/batch';
import { Failure, Skeleton } from '../parts/states';
import { useFormat } from '../parts/useFormat';
import { useTell } from '../parts/useTell';
import { useTitle } from '../parts/useTitle';
import { without } from '../parts/without';
import {
  type Chosen,
  countedMost,
  differing,
  type MergePreview,
  options,
  previewMerge,
  runMerge,
} from './merge';
import { useDuplicates } from './useDuplicates';
import '../styles/field.css';
import '../styles/merge.css';

/** /customers/7/merge?with=8,9 */
export function MergePage() {
  const { plural, id } = useParams();
  const [query] = useSearchParams();
  const object = useObject(plural);
  const others = (query.get('with') ?? '').split(',').filter(Boolean);
  if (!object || !id) return <Lost />;
  return <Merging key={`${id} ${others}`} object={object} kept={id} others={others} />;
}

interface Props {
  object: ModelObject;
  kept: Id;
  others: Id[];
}

function Merging({ object, kept, others }: Props) {
  const { t } = useTranslation();
  const [values, setValues] = useState<Chosen>({});
  const title = t('merge.title', { objects: object.plural_label || object.label });
  useTitle(title);
  const preview = useQuery({
    queryKey: ['merge', object.plural, kept, others, values],
    queryFn: ({ signal }) => previewMerge(object.plural, kept, others, values, signal),
    enabled: others.length > 0,
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  return (
    <div className="page merge">
      <h1>{title}</h1>
      <p className="muted">{t('merge.hint')}</p>
      <AddOther object={object} kept={kept} others={others} />
      <Suggested object={object} kept={kept} others={others} />
      {preview.isError ? (
        <Refused error={preview.error} others={others} retry={() => void preview.refetch()} />
      ) : preview.data ? (
        <>
          <Sides object={object} preview={preview.data} values={values} choose={setValues} />
          <Consequences object={object} preview={preview.data} />
          <Foot
            object={object}
            preview={preview.data}
            values={values}
            look={() => void preview.refetch()}
          />
        </>
      ) : (
        others.length > 0 && <Skeleton rows={8} />
      )}
    </div>
  );
}

/** Those that cannot be merged, as they have been deleted or merged meanwhile, can be left out. */
function Refused({ error, others, retry }: { error: Error; others: Id[]; retry: () => void }) {
  const { t } = useTranslation();
  const errors = error instanceof ApiError ? error.errors : [];
  const named = new Set(errors.map((e) => /^\/others\/(\d+)$/.exec(e.pointer)?.[1]));
  const left = others.filter((_, i) => !named.has(String(i)));
  if (left.length === others.length) return <Failure error={error} retry={retry} />;
  return (
    <Failure error={error}>
      <Link replace to={left.length ? `?with=${left}` : '?'}>
        {t('merge.out')}
      </Link>
    </Failure>
  );
}

/** Another record that is the same. */
function AddOther({ object, kept, others }: Props) {
  const { t } = useTranslation();
  const [, setQuery] = useSearchParams();
  const field: Field = { name: 'other', type: 'ref', label: object.label, target: object.name };
  const add = (value: unknown) => {
    const id = String(value ?? '');
    if (id && id !== kept && !others.includes(id)) setQuery({ with: [...others, id].join(',') });
  };
  return (
    <div className="merge-add">
      <label htmlFor="merge-other">{t('merge.other', { object: object.label })}</label>
      <RefSelect id="merge-other" field={field} value={null} onChange={add} />
    </div>
  );
}

/** Those that may be the same, and why. */
function Suggested({ object, kept, others }: Props) {
  const { t } = useTranslation();
  const matches = useDuplicates(object, kept).filter((m) => !others.includes(m.record.id));
  if (matches.length === 0) return null;
  return (
    <ul className="merge-suggested" aria-label={t('merge.suggested')}>
      {matches.map((m) => (
        <li key={m.record.id}>
          <Link to={`/${object.plural}/${m.record.id}`} target="_blank">
            {recordTitle(object, m.record) || object.label}
          </Link>
          <span className="small muted">{m.reasons.join(t('merge.and'))}</span>
          <Link replace to={`?with=${[...others, m.record.id]}`} className="small">
            {t('merge.add')}
          </Link>
        </li>
      ))}
    </ul>
  );
}

interface SidesProps {
  object: ModelObject;
  preview: MergePreview;
  values: Chosen;
  choose: (next: Chosen) => void;
}

function Sides({ object, preview, values, choose }: SidesProps) {
  const { t } = useTranslation();
  const { records, result, titles } = preview;
  const fields = differing(object, records);
  return (
    <div className="merge-scroll">
      <table className="compare merge-table">
        <thead>
          <tr>
            <th scope="col">{t('conflict.field')}</th>
            {records.map((r, i) => (
              <th scope="col" key={r.id}>
                <Side object={object} record={r} records={records} kept={i === 0} />
              </th>
            ))}
            <th scope="col">{t('merge.result')}</th>
          </tr>
        </thead>
        <tbody>
          {fields.map((f) => (
            <tr key={f.name}>
              <th scope="row">{f.label}</th>
              <Choices field={f} preview={preview} values={values} choose={choose} />
              <td className="merge-result">
                <Value field={f} value={result[f.name]} titles={titles} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {fields.length === 0 && <p className="muted">{t('merge.allSame')}</p>}
    </div>
  );
}

interface SideProps {
  object: ModelObject;
  record: RecordData;
  records: RecordData[];
  kept: boolean;
}

/** Which one it is, and the way to keep this one or to leave it out. */
function Side({ object, record, records, kept }: SideProps) {
  const { t } = useTranslation();
  const name = recordTitle(object, record) || object.label;
  const rest = records.filter((r) => r.id !== record.id).map((r) => r.id);
  const left = rest.slice(1);
  return (
    <div className="merge-side">
      <Link to={`/${object.plural}/${record.id}`} target="_blank">
        {name}
      </Link>
      {kept ? (
        <span className="small">{t('merge.kept')}</span>
      ) : (
        <span className="merge-ways">
          <Link replace to={`/${object.plural}/${record.id}/merge?with=${rest}`} className="small">
            {t('merge.keepThis')}
          </Link>
          <Link
            replace
            to={`/${object.plural}/${rest[0]}/merge${left.length ? `?with=${left}` : ''}`}
            className="small"
            aria-label={t('merge.leaveOut', { name })}
          >
            {t('merge.out')}
          </Link>
        </span>
      )}
    </div>
  );
}

function Choices({
  field,
  preview,
  values,
  choose,
}: Omit<SidesProps, 'object'> & { field: Field }) {
  const { t } = useTranslation();
  const { records, result, titles } = preview;
  const choosable =
    field.access === 'write' && !field.readonly && options(field, records).length > 1;
  const text = (r: RecordData) => JSON.stringify(r[field.name] ?? null);
  return records.map((r) => {
    const value = <Value {...inLine(field)} value={r[field.name]} titles={titles} />;
    const taken = text(r) === text(result);
    const chosen = values[field.name] === r.id;
    return (
      <td key={r.id}>
        {choosable ? (
          <button
            type="button"
            className="merge-choice"
            aria-pressed={taken}
            title={chosen ? t('merge.unchoose') : t('merge.choose')}
            onClick={() =>
              choose(chosen ? without(values, field.name) : { ...values, [field.name]: r.id })
            }
          >
            {text(r) === 'null' || text(r) === '[]' ? (
              <span className="muted">{t('merge.empty')}</span>
            ) : (
              value
            )}
          </button>
        ) : (
          <span className="merge-value">{value}</span>
        )}
      </td>
    );
  });
}

/** What else it does: what moves to the kept one, and what has no place in it. */
function Consequences({ object, preview }: { object: ModelObject; preview: MergePreview }) {
  const { t } = useTranslation();
  const f = useFormat();
  const model = useModel();
  const { records, moves, rests } = preview;
  const counts = new Map<string, number>();
  for (const m of moves) counts.set(m.object, (counts.get(m.object) ?? 0) + m.count);
  const moved = [...counts].map(([name, n]) => {
    const label = objectNamed(model, name)?.plural_label ?? name;
    return `${label} ${f.number(Math.min(n, countedMost))}${n > countedMost ? '+' : ''}`;
  });
  const rest = (beside: boolean) =>
    rests
      .filter((r) => r.beside === beside)
      .map((r) => {
        const from = records.find((x) => x.id === r.id);
        const field = fieldNamed(object, r.field);
        const value = String(from?.[r.field] ?? '');
        return field ? `${field.label} ${field.type === 'phone' ? f.phone(value) : value}` : '';
      })
      .filter(Boolean)
      .join(t('merge.and'));
  return (
    <ul className="merge-consequences">
      {moved.length > 0 && <li>{t('merge.moves', { what: moved.join(t('merge.and')) })}</li>}
      {rest(true) && <li>{t('merge.beside', { what: rest(true) })}</li>}
      {rest(false) && <li>{t('merge.left', { what: rest(false) })}</li>}
      <li>{t('merge.undoHint')}</li>
    </ul>
  );
}

function Foot({
  object,
  preview,
  values,
  look,
}: Omit<SidesProps, 'choose'> & { look: () => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const navigate = useNavigate();
  const client = useQueryClient();
  const writes = useWrites(object.plural);
  const [busy, setBusy] = useState(false);
  const [kept] = preview.records;
  const renew = () => {
    writes.refresh();
    void client.invalidateQueries({ queryKey: ['record', object.plural] });
    void client.invalidateQueries({ queryKey: ['timeline'] });
  };
  if (!kept) return null;
  const run = async () => {
    if (busy) return;
    setBusy(true);
    try {
      const batch = await runMerge(object.plural, preview.records, values);
      renew();
      await navigate(`/${object.plural}/${kept.id}`, { replace: true });
      tell.undo(t('merge.done', { name: recordTitle(object, preview.result) }), async () => {
        const n = await undoBatches([batch]);
        renew();
        tell.done(n ? t('bulk.undonePart', { n }) : t('bulk.undone'));
      });
    } catch (e) {
      tell.error(e);
      setBusy(false);
      if (e instanceof ApiError && e.status === 409) look();
    }
  };
  return (
    <div className="merge-foot">
      <Button onClick={() => void navigate(`/${object.plural}/${kept.id}`)}>
        {t('action.cancel')}
      </Button>
      <Button type="primary" loading={busy} onClick={() => void run()}>
        {t('merge.yes', { count: preview.records.length, n: preview.records.length })}
      </Button>
    </div>
  );
}
