/** A hue that belongs to an id for ever. */
export function hueOf(id: string): number {
  let h = 7;
  for (const c of id) h = (h * 31 + (c.codePointAt(0) ?? 0)) % 3600;
  return (h * 137) % 360;
}

/** The last character of a Chinese name, the first letter of another. */
export function initialOf(name: string): string {
  const letters = [...name.replace(/[（(].*$/u, '').trim()];
  const last = letters.at(-1) ?? '';
  return /\p{Script=Han}/u.test(last) ? last : (letters[0] ?? '?').toUpperCase();
}
