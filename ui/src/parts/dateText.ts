/** What somebody typed for a day or a moment, on his wall clock; `time` only where he said one. */
export interface DateText {
  day: string;
  time: string | null;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayWords: Record<string, number> = {
  昨天: -1,
  今天: 0,
  今日: 0,
  明天: 1,
  明日: 1,
  后天: 2,
  後天: 2,
  大后天: 3,
  大後天: 3,
  yesterday: -1,
  today: 0,
  tomorrow: 1,
};

const two = (n: number) => String(n).padStart(2, '0');

/** null: the calendar has no such day. */
function dayOf(year: number, month: number, date: number): string | null {
  const at = new Date(Date.UTC(year, month - 1, date));
  if (year < 1000 || at.getUTCMonth() !== month - 1 || at.getUTCDate() !== date) return null;
  return at.toISOString().slice(0, 10);
}

function daysFrom(today: string, days: number): string {
  return new Date(Date.parse(today) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Does the language write 3/5/1990 with the month or the day in front? null: neither. */
function dayFirst(language: string): boolean | null {
  const order = new Intl.DateTimeFormat(language)
    .formatToParts(0)
    .flatMap((p) => (['day', 'month', 'year'].includes(p.type) ? [p.type] : []));
  return order[0] === 'year' ? null : order[0] === 'day';
}

function named(text: string, year: number): string | null {
  const dayMonth = /^(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3,9})\.?,?(?: (\d{4}))?$/.exec(text);
  const monthDay = /^([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,?(?: (\d{4}))?$/.exec(text);
  const [date, name, said] = dayMonth
    ? [dayMonth[1], dayMonth[2], dayMonth[3]]
    : [monthDay?.[2], monthDay?.[1], monthDay?.[3]];
  const month = months.indexOf((name ?? '').slice(0, 3)) + 1;
  return month ? dayOf(said ? Number(said) : year, month, Number(date)) : null;
}

function readDay(text: string, language: string, today: string): string | null {
  const year = Number(today.slice(0, 4));
  const word = dayWords[text];
  if (word !== undefined) return daysFrom(today, word);
  const mark = '\\s?[-/.年月]\\s?';
  const ymd =
    new RegExp(`^(\\d{4})${mark}(\\d{1,2})${mark}(\\d{1,2})\\s?[日号號]?$`).exec(text) ??
    /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (ymd) return dayOf(Number(ymd[1]), Number(ymd[2]), Number(ymd[3]));
  const first = dayFirst(language);
  const short = /^(\d{1,2})\s?([-/.月])\s?(\d{1,2})\s?[日号號]?$/.exec(text);
  if (short) {
    const turned = first === true && short[2] !== '月';
    return dayOf(year, Number(short[turned ? 3 : 1]), Number(short[turned ? 1 : 3]));
  }
  const last = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$/.exec(text);
  if (last && first !== null)
    return dayOf(Number(last[3]), Number(last[first ? 2 : 1]), Number(last[first ? 1 : 2]));
  return named(text, year);
}

const timeText =
  /[\sT]*(上午|早上|中午|下午|晚上)?\s*(\d{1,2})(?:[::](\d{2})(?::\d{2}(?:\.\d+)?)?|[点點时時](半|\d{1,2}分?)?)?\s*([ap]m)?$/i;

/** The time at the end and what stands before it; null: it ends with none. */
function readTime(text: string): { before: string; time: string } | null {
  const found = timeText.exec(text);
  if (!found) return null;
  const [whole, part, hours, colon, past, half] = found;
  if (colon === undefined && half === undefined && !/[点點时時]/.test(whole)) return null;
  const minute = colon ? Number(colon) : past === '半' ? 30 : Number.parseInt(past ?? '0', 10);
  const late = /^(下午|晚上)$/.test(part ?? '') || half?.toLowerCase() === 'pm';
  let hour = Number(hours);
  if (late && hour < 12) hour += 12;
  if (half?.toLowerCase() === 'am' && hour === 12) hour = 0;
  if (hour > 23 || minute > 59) return null;
  return { before: text.slice(0, found.index), time: `${two(hour)}:${two(minute)}` };
}

/**
 * The usual forms: 1990/3/5, 1990年3月5日, 19900305, 3月5日 of this year, 明天, tomorrow, 5 Mar 1990,
 * and 3/5/1990 in the order of the language; with or without a time. null: it is no date.
 */
export function readDate(text: string, language: string, today: string): DateText | null {
  const plain = text.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
  const day = readDay(plain, language, today);
  if (day) return { day, time: null };
  const timed = readTime(plain);
  const before = timed && readDay(timed.before.trim().replace(/t$/, ''), language, today);
  return timed && before ? { day: before, time: timed.time } : null;
}
