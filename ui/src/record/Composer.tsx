import { useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { keyKeeper } from '../api/client';
import { isWritable, objectNamed, useModel } from '../api/model';
import { useWrites } from '../api/records';
import type { Field, ModelObject, RecordData } from '../api/types';
import { useTranslation } from '../app/i18n';
import { FieldInput } from '../field/FieldInput';
import { problemsOf, untilBack } from '../parts/problems';
import { useTell } from '../parts/useTell';
import { without } from '../parts/without';

/** The long text of a kind of note, which is what one types; the rest are small inputs below it. */
function textField(o: ModelObject): Field | undefined {
  return (
    o.fields.find((f) => f.type === 'long_text' && f.required) ??
    o.fields.find((f) => f.type === 'long_text' || f.type === 'rich_text')
  );
}

const small = new Set(['choice', 'instant', 'date']);
const smallCount = 3;

function extraFields(o: ModelObject): Field[] {
  const order = o.layouts?.form?.flatMap((s) => s.fields) ?? o.fields.map((f) => f.name);
  return order
    .flatMap((n) => o.fields.find((f) => f.name === n) ?? [])
    .filter((f) => isWritable(f) && small.has(f.type) && f.name !== 'at')
    .slice(0, smallCount);
}

/** How a new entry says whom it is about: a ref to the object, or the names of object and record. */
function about(o: ModelObject, object: ModelObject, record: RecordData) {
  const own =
    o.fields.some((f) => f.name === 'object') && o.fields.some((f) => f.name === 'record');
  if (own) return { object: object.name, record: record.id };
  const via = o.fields.find((f) => f.type === 'ref' && f.target === object.name);
  return via ? { [via.name]: record.id } : null;
}

export function Composer({ object, record }: { object: ModelObject; record: RecordData }) {
  const { t } = useTranslation();
  const model = useModel();
  const kinds = ['follow_up', 'comment'].flatMap((n) => {
    const o = objectNamed(model, n);
    return o?.rights?.create && textField(o) && about(o, object, record) ? [o] : [];
  });
  const [kind, setKind] = useState(kinds[0]?.name ?? '');
  const o = kinds.find((k) => k.name === kind) ?? kinds[0];
  if (!o) return null;
  return (
    <div className="composer">
      <div className="composer-kinds" role="group" aria-label={t('composer.kind')}>
        {kinds.map((k) => (
          <button key={k.name} type="button" aria-pressed={k === o} onClick={() => setKind(k.name)}>
            {t(`composer.${k.name}`, { defaultValue: k.label })}
          </button>
        ))}
      </div>
      <ComposerForm key={o.name} o={o} object={object} record={record} />
    </div>
  );
}

function ComposerForm({
  o,
  object,
  record,
}: {
  o: ModelObject;
  object: ModelObject;
  record: RecordData;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const writes = useWrites(o.plural);
  const tell = useTell();
  const [values, setValues] = useState<Record<string, unknown>>({});
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const [keys] = useState(keyKeeper);
  const text = textField(o);
  const extras = extraFields(o);
  if (!text) return null;
  const words = String(values[text.name] ?? '');

  const send = async () => {
    if (!words.trim() || busy) return;
    setBusy(true);
    setError('');
    try {
      const entry = { ...about(o, object, record), ...values };
      await writes.create(entry, keys.of(entry));
      keys.answered();
      setValues({});
      await client.invalidateQueries({ queryKey: ['timeline', object.plural, record.id] });
      void client.invalidateQueries({ queryKey: ['record', object.plural, record.id] });
    } catch (e) {
      const found = problemsOf(e, []);
      if (found.general) setError(found.general);
      else tell.error(e);
      untilBack(e, (said) => setError((now) => (now === said ? '' : now)));
    } finally {
      setBusy(false);
    }
  };
  const open = words !== '';
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        void send();
      }}
    >
      <Input.TextArea
        aria-label={text.label}
        placeholder={t(`composer.hint.${o.name}`, { defaultValue: text.label })}
        className={open ? 'growing' : 'growing growing-small'}
        variant="borderless"
        value={words}
        onChange={(e) => setValues({ ...values, [text.name]: e.target.value })}
        onKeyDown={(e) => {
          if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) void send();
        }}
      />
      {open && (
        <div className="composer-foot">
          {extras.map((f) => (
            <div key={f.name} className="composer-field">
              <label htmlFor={`composer-${f.name}`}>{f.label}</label>
              <FieldInput
                id={`composer-${f.name}`}
                field={f}
                value={values[f.name] ?? null}
                onChange={(v) => {
                  const others = without(values, f.name);
                  setValues(v === null ? others : { ...others, [f.name]: v });
                }}
              />
            </div>
          ))}
          <Button type="primary" htmlType="submit" loading={busy} disabled={!words.trim()}>
            {t('composer.save')}
          </Button>
        </div>
      )}
      {error && (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
    </form>
  );
}
