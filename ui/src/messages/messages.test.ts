import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import en from './en.json';
import zhCN from './zh-CN.json';
import zhTW from './zh-TW.json';

const root = join(import.meta.dirname, '..');
const catalogues: Record<string, Record<string, string>> = { en, 'zh-CN': zhCN, 'zh-TW': zhTW };

function sources(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) return sources(path);
    return /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name) ? [path] : [];
  });
}

const files = sources(root).map((path) => ({ path, text: readFileSync(path, 'utf8') }));
const bare = (key: string) => key.replace(/_(one|other)$/, '');
const keysOf = (c: Record<string, string>) => new Set(Object.keys(c).map(bare));
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)(?::mid)?\}\}/g)].map((m) => m[1]).toSorted();

/** t('a.b') as exact keys, t(`a.${x}`) as the beginnings of keys. */
function used(): { exact: Set<string>; starts: Set<string> } {
  const exact = new Set<string>();
  const starts = new Set<string>();
  for (const { text } of files) {
    for (const m of text.matchAll(/(['"`])([a-zA-Z]+\.[a-zA-Z_.]*)(\$\{|\1)/g)) {
      if (m[3] === '${') starts.add(m[2] ?? '');
      else exact.add(m[2] ?? '');
    }
  }
  return { exact, starts };
}

describe('messages', () => {
  it('have the same keys in every language', () => {
    for (const [language, c] of Object.entries(catalogues))
      expect([...keysOf(c)].toSorted(), language).toEqual([...keysOf(zhCN)].toSorted());
  });

  it('are sorted by key, so that two changes seldom meet', () => {
    for (const c of Object.values(catalogues))
      expect(Object.keys(c)).toEqual(
        Object.keys(c).toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
      );
  });

  it('fill in the same values in every language', () => {
    for (const key of keysOf(en)) {
      const of = (c: Record<string, string>) => placeholders(c[key] ?? c[`${key}_other`] ?? '');
      expect(of(zhCN), key).toEqual(of(en));
      expect(of(zhTW), key).toEqual(of(en));
    }
  });

  it('know every key that the screen asks for', () => {
    const known = keysOf(zhCN);
    const groups = new Set([...known].map((k) => k.split('.')[0]));
    const asked = [...used().exact].filter((k) => groups.has(k.split('.')[0] ?? ''));
    expect(asked.length).toBeGreaterThan(100);
    expect(asked.filter((k) => !known.has(k))).toEqual([]);
    const begun = [...used().starts].filter((k) => groups.has(k.split('.')[0] ?? ''));
    expect(begun.filter((b) => ![...known].some((k) => k.startsWith(b)))).toEqual([]);
  });

  it('have no key that nothing asks for', () => {
    const { exact, starts } = used();
    const unused = [...keysOf(zhCN)].filter(
      (k) => !exact.has(k) && ![...starts].some((s) => k.startsWith(s)),
    );
    expect(unused).toEqual([]);
  });

  it('leave no words in the code', () => {
    const strays: string[] = [];
    const own = /app\/i18n\.ts$|field\/AddressInput\.tsx$|parts\/(?:dateText|format|initial)\.ts$|RefSelect\.tsx$/;
    for (const { path, text } of files) {
      const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      if (!own.test(path) && /\p{Script=Han}/u.test(code)) strays.push(`${path}: Han`);
      if (!path.endsWith('.tsx')) continue;
      for (const m of code.matchAll(/>\s*([A-Z][a-z]+(?: [a-z]+)*)\s*<\//g))
        strays.push(`${path}: ${m[1]}`);
      for (const m of code.matchAll(
        /(?:placeholder|title|aria-label|alt)="([^"{]*[A-Za-z][^"]*)"/g,
      ))
        strays.push(`${path}: ${m[1]}`);
    }
    expect(strays).toEqual([]);
  });
});
