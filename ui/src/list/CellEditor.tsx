import { type KeyboardEvent, useEffect, useEffectEvent, useId, useRef } from 'react';
import type { Field, ModelObject, RecordData, Titles } from '../api/types';
import { useTranslation } from '../app/i18n';
import { FieldInput } from '../field/FieldInput';
import { Holder } from '../record/Holder';
import { isMasked } from '../record/masked';
import { useDraft } from '../record/useDraft';

/** Saved by choosing, because there is nothing more to say. */
const atOnce = new Set(['choice', 'boolean', 'ref', 'date', 'instant']);
/** Enter chooses in the list that they drop down. */
const dropping = new Set([...atOnce, 'multi_choice', 'multi_ref', 'tags', 'address']);
const popups = '.ant-select-dropdown, .ant-picker-dropdown, .ant-cascader-dropdown, .dialog';

/** A cell while it is written: Enter and Tab save, Esc gives up, a click elsewhere saves as well. */
export default function CellEditor({
  object,
  record,
  field,
  titles,
  onEnd,
}: {
  object: ModelObject;
  record: RecordData;
  field: Field;
  titles: Titles;
  onEnd: (move: -1 | 0 | 1) => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const before = isMasked(record, field) ? null : record[field.name];
  const { draft, error, holder, busy, save, set, conflict } = useDraft({
    object,
    record,
    field,
    titles,
    initial: { value: before, version: record.version, seen: record[field.name] },
    onDone: (saved) => saved === null && onEnd(0),
  });

  const commit = async (move: -1 | 0 | 1, value = draft?.value) => {
    if (!draft) return;
    const same = JSON.stringify(value ?? null) === JSON.stringify(before ?? null);
    if (same || (await save({ ...draft, value }))) onEnd(move);
  };
  const onPress = useEffectEvent((e: PointerEvent) => {
    const to = e.target as Element;
    if (!box.current?.contains(to) && !to.closest(popups)) void commit(0);
  });
  useEffect(() => {
    document.addEventListener('pointerdown', onPress, true);
    return () => document.removeEventListener('pointerdown', onPress, true);
  }, []);
  if (!draft) return null;

  const onKeyDown = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return;
    e.stopPropagation();
    const ends = !dropping.has(field.type) && !(field.type === 'long_text' && e.shiftKey);
    if (e.key === 'Escape') onEnd(0);
    else if (e.key === 'Tab') void commit(e.shiftKey ? -1 : 1);
    else if (e.key === 'Enter' && (ends || e.ctrlKey || e.metaKey)) void commit(0);
    else return;
    e.preventDefault();
  };

  return (
    <div
      ref={box}
      className="cell-editor"
      role="presentation"
      aria-busy={busy}
      onKeyDown={onKeyDown}
    >
      <label htmlFor={id} className="hidden-label">
        {field.label}
      </label>
      <FieldInput
        id={id}
        field={field}
        value={draft.value}
        titles={titles}
        autoFocus
        eager
        invalid={Boolean(error)}
        describedBy={error ? `${id}-error` : undefined}
        onChange={(value) => {
          set(value);
          if (atOnce.has(field.type)) void commit(0, value);
        }}
      />
      {error && (
        <p id={`${id}-error`} className="field-error" role="alert">
          {error} {holder && <Holder id={holder} />}{' '}
          <button type="button" className="link-button" onClick={() => void commit(0)}>
            {t('action.retry')}
          </button>
        </p>
      )}
      {conflict}
    </div>
  );
}
