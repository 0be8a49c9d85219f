/** Not worth a place where only a few values are shown: no value, and a plain no. */
export const isUntold = (value: unknown) => value === false || isEmpty(value);

export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === 'object') return Object.values(value).every((v) => v === null || v === '');
  return false;
}
