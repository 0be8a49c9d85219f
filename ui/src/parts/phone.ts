/** Country codes of two digits; 1 and 7 have one, all others three. */
const twoDigits = /^(2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/**
 * How numbers are written where they are at home: country code, first digits, then the length of each
 * group. What is not here goes in threes and a last four.
 */
const customs: [string, RegExp, number[]][] = [
  ['7', /./, [3, 3, 2, 2]],
  ['86', /^1/, [3, 4, 4]],
  ['33', /./, [1, 2, 2, 2, 2]],
  ['34', /./, [3, 3, 3]],
  ['39', /^3/, [3, 3, 4]],
  ['44', /^2/, [2, 4, 4]],
  ['44', /./, [4, 3, 3]],
  ['48', /./, [3, 3, 3]],
  ['49', /^1/, [3, 4, 4]],
  ['61', /^4/, [3, 3, 3]],
  ['61', /./, [1, 4, 4]],
  ['62', /^8/, [3, 4, 4]],
  ['81', /^[789]0/, [2, 4, 4]],
  ['82', /^10/, [2, 4, 4]],
  ['91', /./, [5, 5]],
  ['886', /^9/, [3, 3, 3]],
  ['886', /./, [1, 4, 4]],
];

const sum = (parts: number[]) => parts.reduce((a, b) => a + b, 0);

/** From the end: four, then threes; eight digits are twice four. */
function grouped(digits: string): string {
  const head = digits.slice(0, -4);
  const groups = head.length > 4 ? head.replace(/(?!^)(?=(...)+$)/g, ' ') : head;
  return [groups, digits.slice(-4)].filter(Boolean).join(' ');
}

function foreign(code: string, rest: string): string {
  const custom = customs.find(
    ([c, first, groups]) => c === code && first.test(rest) && sum(groups) === rest.length,
  );
  if (!custom) return grouped(rest);
  let at = 0;
  return custom[2].map((n) => rest.slice(at, (at += n))).join(' ');
}

function landline(rest: string): string {
  const area = /^(10|2\d)/.test(rest) ? rest.slice(0, 2) : rest.slice(0, 3);
  return `0${area} ${grouped(rest.slice(area.length))}`;
}

/** Country code and what is dialled before a number at home. */
const homes: Record<string, [code: string, before: string]> = {
  TW: ['886', '0'],
  HK: ['852', ''],
  MO: ['853', ''],
  SG: ['65', ''],
};

/** A number of the home country as it is dialled, 138 1234 5678; others with their country's, +60 12 368 4228. */
export function sayPhone(text: string, home = 'CN'): string {
  return home === 'CN' ? sayFromChina(text) : sayFrom(text, home);
}

function sayFrom(text: string, home: string): string {
  const digits = /^\+(\d{7,15})$/.exec(text)?.[1];
  if (!digits) return text;
  const [code, before] = homes[home] ?? ['', ''];
  if (code && digits.startsWith(code)) return before + foreign(code, digits.slice(code.length));
  const n = /^[17]/.test(digits) ? 1 : twoDigits.test(digits) ? 2 : 3;
  return `+${digits.slice(0, n)} ${foreign(digits.slice(0, n), digits.slice(n))}`;
}

function sayFromChina(text: string): string {
  const mobile = /^\+86(1\d\d)([\d*]{4})([\d*]{4})$/.exec(text);
  if (mobile) return mobile.slice(1).join(text.includes('*') ? '' : ' ');
  const chinese = /^\+86([\d*]+)$/.exec(text)?.[1];
  if (chinese && /^(400|800|9)/.test(chinese)) return chinese;
  if (chinese) return /^\d{9,11}$/.test(chinese) ? landline(chinese) : `0${chinese}`;
  return sayFrom(text, 'CN');
}
