/** A page that is opened by its link has the rules for all that it shows, and not only by luck. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const sheets = readdirSync(import.meta.dirname).filter((n) => n.endsWith('.css'));

const definedIn = new Map<string, Set<string>>();
for (const sheet of sheets)
  for (const m of readFileSync(join(import.meta.dirname, sheet), 'utf8').matchAll(/\.([a-z][\w-]*)/g))
    definedIn.set(m[1] ?? '', (definedIn.get(m[1] ?? '') ?? new Set()).add(sheet));

interface Part {
  imports: string[];
  sheets: string[];
  classes: string[];
}

function read(path: string): Part {
  const text = readFileSync(path, 'utf8');
  const names = [...text.matchAll(/(?:from |import\(|import )'(\.[^']+)'/g)].map((m) => m[1] ?? '');
  const at = (n: string) => join(dirname(path), n);
  const found = (n: string) => [`${at(n)}.tsx`, `${at(n)}.ts`].find((p) => existsSync(p));
  const written = [...text.matchAll(/className=(?:"([^"]*)"|\{([^}]*)\})/g)].flatMap((m) =>
    m[1] === undefined ? [...(m[2] ?? '').matchAll(/['`]([^'`]*)['`]/g)].map((s) => s[1] ?? '') : [m[1]],
  );
  return {
    imports: names.flatMap((n) => (n.endsWith('.css') ? [] : (found(n) ?? []))),
    sheets: names.filter((n) => n.endsWith('.css')).map((n) => n.split('/').at(-1) ?? ''),
    classes: written.flatMap((w) => w.split(/\s+/)).filter(Boolean),
  };
}

function reach(path: string, seen = new Map<string, Part>()): Map<string, Part> {
  if (seen.has(path)) return seen;
  const part = read(path);
  seen.set(path, part);
  for (const next of part.imports) reach(next, seen);
  return seen;
}

const routes = readFileSync(join(root, 'app/routes.tsx'), 'utf8');
const pages = [...routes.slice(0, routes.indexOf('loadAhead')).matchAll(/import\('\.\.\/([^']+)'\)/g)];
const always = ['base.css', 'shell.css'];

test.each(pages.map((m) => m[1] ?? ''))('%s brings the rules for its classes', (page) => {
  const parts = [...reach(join(root, `${page}.tsx`)).values()];
  const loaded = new Set([...always, ...parts.flatMap((p) => p.sheets)]);
  const bare = parts
    .flatMap((p) => p.classes)
    .filter((c) => definedIn.has(c) && ![...(definedIn.get(c) ?? [])].some((s) => loaded.has(s)));
  expect([...new Set(bare)]).toEqual([]);
});

test('all pages are looked at', () => expect(pages.length).toBeGreaterThan(7));
