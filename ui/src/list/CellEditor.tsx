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
  const saving = useRef(false);
  /** Where to go when it is saved. */
  const towards = useRef<-1 | 0 | 1>(0);
  const before = isMasked(record, field) ? null : record[field.name];
  const { draft, error, holder, busy, save, set, conflict } = useDraft({
    object,
    record,
    field,
    titles,
    initial: { value: before, version: record.version, seen: record[field.name] },
    onDone: (saved) => saved === null && onEnd(0),
  });
  const latest = useRef<unknown>(before);

  const commit = async () => {
    if (!draft || saving.current) return;
    const value = latest.current;
    const same = JSON.stringify(value ?? null) === JSON.stringify(before ?? null);
    saving.current = true;
    const ended = same || (await save({ ...draft, value }));
    saving.current = false;
    if (ended) onEnd(towards.current);
    towards.current = 0;
  };
  const onPress = useEffectEvent((e: PointerEvent) => {
    const to = e.target as Element;
    if (box.current?.contains(to) || to.closest(popups)) return;
    // A date that was typed is read when its input is left.
    if (box.current?.contains(document.activeElement))
      (document.activeElement as HTMLElement).blur();
    void commit();
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
    else if (e.key === 'Tab') void commit();
    else if (e.key === 'Enter' && (ends || e.ctrlKey || e.metaKey)) void commit();
    else return;
    e.preventDefault();
  };

  return (
    <div
      ref={box}
      className="cell-editor"
      role="presentation"
      aria-busy={busy}
      onKeyDownCapture={(e) => {
        towards.current = e.key !== 'Tab' ? 0 : e.shiftKey ? -1 : 1;
      }}
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
          latest.current = value;
          set(value);
          if (atOnce.has(field.type)) void commit();
        }}
      />
      {error && (
        <p id={`${id}-error`} className="field-error" role="alert">
          {error} {holder && <Holder id={holder} />}{' '}
          <button type="button" className="link-button" onClick={() => void commit()}>
            {t('action.retry')}
          </button>
        </p>
      )}
      {conflict}
    </div>
  );
}
