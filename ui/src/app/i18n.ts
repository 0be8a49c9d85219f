import i18n from 'i18next';
import { initReactI18next } from 'react-i18next';
import { kept } from './store';

export const languages = ['zh-CN', 'zh-TW', 'en'] as const;
export type Language = (typeof languages)[number];

/** Each language in its own words, so that it is found by who cannot read the present one. */
export const languageNames: Record<Language, string> = {
  'zh-CN': '简体中文',
  'zh-TW': '繁體中文',
  en: 'English',
};

const catalogues: Record<Language, () => Promise<{ default: Record<string, string> }>> = {
  'zh-CN': () => import('../messages/zh-CN.json'),
  'zh-TW': () => import('../messages/zh-TW.json'),
  en: () => import('../messages/en.json'),
};

const chosen = kept<Language | null>('language', null);

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
  if (!i18n.hasResourceBundle(language, 'translation')) {
    const { default: words } = await catalogues[language]();
    i18n.addResourceBundle(language, 'translation', words);
  }
  chosen.set(language);
  await i18n.changeLanguage(language);
  document.documentElement.lang = language;
}

export async function startI18n() {
  await i18n.use(initReactI18next).init({
    lng: 'zh-CN',
    fallbackLng: false,
    resources: {},
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
  await setLanguage(chosen.get() ?? matchLanguage(navigator.languages));
}

export function hasChosenLanguage(): boolean {
  return chosen.get() !== null;
}
