import { useMemo, useSyncExternalStore } from 'react';
import { kept } from './store';

export const languages = ['zh-CN', 'zh-TW', 'en'] as const;
export type Language = (typeof languages)[number];

/** Each language in its own words, so that it is found by who cannot read the present one. */
export const languageNames: Record<Language, string> = {
  'zh-CN': '简体中文',
  'zh-TW': '繁體中文',
  en: 'English',
};

type Catalogue = Record<string, string>;

/**
 * {{name}} in a sentence is the value of that name, {{name:mid}} as it is written within a sentence;
 * `count` chooses between key_one and key_other.
 */
export type Translate = (key: string, values?: Record<string, unknown>) => string;

const catalogues: Record<Language, () => Promise<{ default: Catalogue }>> = {
  'zh-CN': () => import('../messages/zh-CN.json'),
  'zh-TW': () => import('../messages/zh-TW.json'),
  en: () => import('../messages/en.json'),
};

const chosen = kept<Language | null>('language', null);
const listeners = new Set<() => void>();

/** "Sales orders" → "sales orders", but "API tokens" and "SKU" as they are. */
const inSentence = (words: string) => words.replace(/^\p{Lu}(?!\p{Lu}|$)/u, (c) => c.toLowerCase());

export function translator(words: Catalogue, language: string): Translate {
  const plural = new Intl.PluralRules(language);
  return (key, values = {}) => {
    const counted =
      typeof values.count === 'number' ? words[`${key}_${plural.select(values.count)}`] : undefined;
    const sentence = counted ?? words[key] ?? words[`${key}_other`] ?? values.defaultValue ?? key;
    return String(sentence).replace(/\{\{(\w+)(:mid)?\}\}/g, (_, name, mid) => {
      const value = String(values[name] ?? '');
      return mid ? inSentence(value) : value;
    });
  };
}

let current: { language: Language; t: Translate } = {
  language: 'zh-CN',
  t: translator({}, 'zh-CN'),
};

/** For what stands outside of React; it says what is right at the moment of asking. */
export const i18n = {
  get language() {
    return current.language;
  },
  t: ((key, values) => current.t(key, values)) as Translate,
};

function subscribe(fn: () => void) {
  listeners.add(fn);
  return () => listeners.delete(fn);
}

export function useTranslation() {
  const now = useSyncExternalStore(subscribe, () => current);
  return useMemo(() => ({ t: now.t, i18n: { language: now.language } }), [now]);
}

export function matchLanguage(wanted: readonly string[]): Language {
  for (const w of wanted) {
    const tag = w.toLowerCase();
    if (/^zh\b.*(tw|hk|mo|hant)/.test(tag)) return 'zh-TW';
    if (tag.startsWith('zh')) return 'zh-CN';
    if (tag.startsWith('en')) return 'en';
  }
  return 'zh-CN';
}

export async function setLanguage(language: Language) {
  const { default: words } = await catalogues[language]();
  chosen.set(language);
  current = { language, t: translator(words, language) };
  document.documentElement.lang = language;
  for (const fn of listeners) fn();
}

export const startI18n = () => setLanguage(chosen.get() ?? matchLanguage(navigator.languages));

export function hasChosenLanguage(): boolean {
  return chosen.get() !== null;
}
