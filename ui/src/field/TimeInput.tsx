import { DatePicker } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import timezone from 'dayjs/plugin/timezone';
import utc from 'dayjs/plugin/utc';
import 'dayjs/locale/zh-cn';
import 'dayjs/locale/zh-tw';
import { useSession } from '../api/session';
import { useTranslation } from '../app/i18n';
import type { InputProps } from './FieldInput';

dayjs.extend(utc);
dayjs.extend(timezone);

const wall = 'YYYY-MM-DDTHH:mm:ss';

/** The picker works on wall-clock times; these are those of the user's zone, not the browser's. */
function toPicker(value: unknown, zone: string | undefined): Dayjs | null {
  if (typeof value !== 'string' || !value) return null;
  const at = dayjs.utc(value);
  return dayjs((zone ? at.tz(zone) : at.local()).format(wall));
}

function toInstant(picked: Dayjs, zone: string | undefined): string {
  return (zone ? dayjs.tz(picked.format(wall), zone) : picked).toISOString();
}

export default function TimeInput(props: InputProps) {
  const { field, value, onChange, id, invalid, autoFocus, eager = false } = props;
  const { i18n } = useTranslation();
  const zone = useSession().user.time_zone ?? undefined;
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
      defaultOpen={eager}
      {...(invalid ? { status: 'error' as const } : {})}
      {...(isDate ? {} : { showTime: { format: 'HH:mm' }, format: 'YYYY-MM-DD HH:mm' })}
      value={isDate ? (typeof value === 'string' ? dayjs(value) : null) : toPicker(value, zone)}
      onChange={change}
    />
  );
}
