import { DatePicker, Input } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import timezone from 'dayjs/plugin/timezone';
import utc from 'dayjs/plugin/utc';
import { type FocusEvent, type KeyboardEvent, useRef, useState } from 'react';
import 'dayjs/locale/zh-cn';
import 'dayjs/locale/zh-tw';
import { useSession } from '../api/session';
import { useTranslation } from '../app/i18n';
import { readDate } from '../parts/dateText';
import type { InputProps } from './FieldInput';

dayjs.extend(utc);
dayjs.extend(timezone);

const wall = 'YYYY-MM-DDTHH:mm:ss';
/** When a day is named without a time. */
const morning = '09:00';

/** The picker works on wall-clock times; these are those of the user's zone, not the browser's. */
function toPicker(value: unknown, zone: string | undefined): Dayjs | null {
  if (typeof value !== 'string' || !value) return null;
  const at = dayjs.utc(value);
  return dayjs((zone ? at.tz(zone) : at.local()).format(wall));
}

function toInstant(picked: Dayjs, zone: string | undefined): string {
  return (zone ? dayjs.tz(picked.format(wall), zone) : picked).toISOString();
}

/** A day or a moment as the server writes it, and not what somebody typed. */
function isWritten(text: string): boolean {
  const day = text.slice(0, 10);
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d.*)?$/.test(text) || Number.isNaN(Date.parse(text))) return false;
  return readDate(day, 'zh-CN', day)?.day === day;
}

/** What the text says as a value of the field, undefined when it says no date. */
function readValue(
  text: string,
  isDate: boolean,
  zone: string | undefined,
  language: string,
): string | undefined {
  const today = (zone ? dayjs().tz(zone) : dayjs()).format('YYYY-MM-DD');
  // Of English the browser knows which one.
  const order = navigator.language.startsWith(language) ? navigator.language : language;
  const read = readDate(text, order, today);
  if (!read) return undefined;
  if (isDate) return read.time === null || read.time === '00:00' ? read.day : undefined;
  return toInstant(dayjs(`${read.day}T${read.time ?? morning}:00`), zone);
}

/**
 * Chosen in the calendar or typed in any usual form. What is no date stays as it was typed and is
 * handed on as text, so that saving refuses it in its place instead of dropping it.
 */
export default function TimeInput(props: InputProps) {
  const { field, value, onChange } = props;
  const { t, i18n } = useTranslation();
  const zone = useSession().user.time_zone ?? undefined;
  const [stay, setStay] = useState(false);
  const typed = useRef<string | null>(null);
  const reading = useRef(false);
  const isDate = field.type === 'date';
  const unread = typeof value === 'string' && value !== '' && !isWritten(value);

  const take = () => {
    const text = typed.current;
    typed.current = null;
    if (text === null) return;
    const next = text.trim() === '' ? null : (readValue(text, isDate, zone, i18n.language) ?? text);
    if (next !== (value ?? null)) onChange(next);
  };
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.key === 'Escape') typed.current = null;
    if ((e.key !== 'Enter' && e.key !== 'Tab') || e.nativeEvent.isComposing) return;
    setStay(e.key === 'Enter');
    take();
    // What Enter does around the input must see the value first.
    if (e.key === 'Enter' && reading.current) {
      e.stopPropagation();
      e.preventDefault();
    }
  };
  const note = `${props.id}-unread`;
  const Shown = unread ? Unread : Picker;
  return (
    <div
      className="wide"
      role="presentation"
      onInput={(e) => (typed.current = (e.target as HTMLInputElement).value)}
      onKeyDownCapture={() => {
        reading.current = typed.current !== null;
      }}
      onKeyDown={onKeyDown}
      onBlur={(e: FocusEvent) => {
        setStay(false);
        if (e.target instanceof HTMLInputElement) take();
      }}
    >
      <Shown
        {...props}
        {...(unread ? { invalid: true, describedBy: props.describedBy ?? note } : {})}
        autoFocus={stay || props.autoFocus}
        zone={zone}
        onChange={(v) => {
          typed.current = null;
          onChange(v);
        }}
      />
      {unread && !props.invalid && (
        <p id={note} className="field-error" role="alert">
          {t(isDate ? 'field.badDate' : 'field.badTime')}
        </p>
      )}
    </div>
  );
}

type ShownProps = InputProps & { zone: string | undefined };

/** Keeps its own text until it is read as a whole. */
function Unread({ value, id, describedBy, autoFocus }: ShownProps) {
  const [text, setText] = useState(String(value));
  return (
    <Input
      id={id}
      className="wide"
      status="error"
      aria-invalid
      aria-describedby={describedBy}
      autoComplete="off"
      autoFocus={autoFocus ?? false}
      value={text}
      onChange={(e) => setText(e.target.value)}
    />
  );
}

function Picker({ field, value, onChange, id, invalid, describedBy, autoFocus, eager, zone }: ShownProps) {
  const { i18n } = useTranslation();
  const isDate = field.type === 'date';
  dayjs.locale(i18n.language.toLowerCase());
  const change = (picked: Dayjs | null) => {
    if (!picked) onChange(null);
    else onChange(isDate ? picked.format('YYYY-MM-DD') : toInstant(picked, zone));
  };
  return (
    <DatePicker
      id={id}
      className="wide"
      autoFocus={autoFocus ?? false}
      defaultOpen={eager ?? false}
      aria-describedby={describedBy}
      {...(invalid ? { status: 'error' as const } : {})}
      {...(isDate ? {} : { showTime: { format: 'HH:mm' }, format: 'YYYY-MM-DD HH:mm' })}
      value={isDate ? (typeof value === 'string' ? dayjs(value) : null) : toPicker(value, zone)}
      onChange={change}
    />
  );
}
