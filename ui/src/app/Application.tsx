import { MutationCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { App, theme as antdTheme, ConfigProvider } from 'antd';
import type { Locale } from 'antd/es/locale';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { RouterProvider } from 'react-router';
import { ApiError, onSignedOut } from '../api/client';
import { sessionKey } from '../api/session';
import { usePhone } from '../parts/useNarrow';
import type { Language } from './i18n';
import { antdClass, antdComponents, antdToken, dark, light } from './palette';
import { router } from './routes';
import { useDark } from './scheme';

const client = new QueryClient({
  mutationCache: new MutationCache(),
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (n, e) => n < 2 && (!(e instanceof ApiError) || e.status === 0 || e.status >= 500),
    },
  },
});

onSignedOut(() => client.setQueryData(sessionKey, null));

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

export function Application() {
  const isDark = useDark();
  const phone = usePhone();
  const { i18n } = useTranslation();
  const [locale, setLocale] = useState<Locale>();
  useEffect(() => {
    let current = true;
    void locales[i18n.language as Language]?.().then((m) => current && setLocale(m.default));
    return () => {
      current = false;
    };
  }, [i18n.language]);
  return (
    <ConfigProvider
      theme={isDark ? themes.dark : themes.light}
      {...(locale ? { locale } : {})}
      componentSize={phone ? 'large' : 'middle'}
      wave={{ disabled: true }}
      button={{ autoInsertSpace: false }}
    >
      <App message={{ top: 12, maxCount: 3 }} component={false}>
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </App>
    </ConfigProvider>
  );
}
