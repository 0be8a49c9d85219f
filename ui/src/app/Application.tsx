import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { theme as antdTheme, ConfigProvider } from 'antd';
import type { Locale } from 'antd/es/locale';
import { useEffect, useState } from 'react';
import { RouterProvider } from 'react-router';
import { ApiError, onSetupRequired } from '../api/client';
import { connection } from '../api/connection';
import { watchSession } from '../api/session';
import { Toasts } from '../parts/Toasts';
import { usePhone } from '../parts/useNarrow';
import type { Language } from './i18n';
import { useTranslation } from './i18n';
import { antdClass, antdComponents, antdToken, dark, light } from './palette';
import { Questions } from './Questions';
import { router } from './routes';
import { useDark } from './scheme';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      // A request without a connection fails at once and says so; api/connection brings it back.
      networkMode: 'always',
      retry: (n, e) => n < 2 && (!(e instanceof ApiError) || e.status >= 500),
    },
  },
});

watchSession(client);
onSetupRequired(() => void client.resetQueries({ queryKey: ['model'] }));
connection.onReturn(() => void client.invalidateQueries());

const locales: Record<Language, () => Promise<{ default: Locale }>> = {
  'zh-CN': () => import('antd/es/locale/zh_CN'),
  'zh-TW': () => import('antd/es/locale/zh_TW'),
  en: () => import('antd/es/locale/en_US'),
};

const themes = {
  light: {
    zeroRuntime: true,
    hashed: false,
    cssVar: { key: antdClass },
    algorithm: antdTheme.defaultAlgorithm,
    token: antdToken(light),
    components: antdComponents,
  },
  dark: {
    zeroRuntime: true,
    hashed: false,
    cssVar: { key: antdClass },
    algorithm: antdTheme.darkAlgorithm,
    token: antdToken(dark),
    components: antdComponents,
  },
};

/** Until the words have come. Without any, antd puts nothing around the page, and would later make all of it anew. */
const noWords: Locale = { locale: 'none' };

export function Application() {
  const isDark = useDark();
  const phone = usePhone();
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  const [locale, setLocale] = useState(noWords);
  useEffect(() => {
    let current = true;
    void locales[language]?.().then((m) => current && setLocale(m.default));
    return () => {
      current = false;
    };
  }, [language]);
  return (
    <ConfigProvider
      theme={isDark ? themes.dark : themes.light}
      locale={locale}
      componentSize={phone ? 'large' : 'middle'}
      wave={{ disabled: true }}
      button={{ autoInsertSpace: false }}
      renderEmpty={() => <span className="muted">{t('state.nothing')}</span>}
    >
      <Toasts>
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
          <Questions />
        </QueryClientProvider>
      </Toasts>
    </ConfigProvider>
  );
}
