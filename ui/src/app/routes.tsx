import { createBrowserRouter, Navigate } from 'react-router';
import { Frame, StartPage } from './Frame';
import { Lost, RouteFailure } from './Lost';

const pages = {
  login: async () => (await import('../pages/Login')).Login,
  welcome: async () => (await import('../pages/Welcome')).Welcome,
  imports: async () => (await import('../import/ImportsPage')).ImportsPage,
  oneImport: async () => (await import('../import/ImportPage')).ImportPage,
  quality: async () => (await import('../pages/QualityPage')).QualityPage,
  jobs: async () => (await import('../pages/JobsPage')).JobsPage,
  settings: async () => (await import('../pages/SettingsPage')).SettingsPage,
  list: async () => (await import('../list/ListPage')).ListPage,
  form: async () => (await import('../form/FormPage')).FormPage,
  merge: async () => (await import('../record/MergePage')).MergePage,
  record: async () => (await import('../record/RecordPage')).RecordPage,
};

const page = (load: (typeof pages)[keyof typeof pages]) => async () => ({ Component: await load() });

/** The entry in the performance timeline that says all has been fetched ahead. */
const loadedAhead = 'loaded-ahead';

/** Fetches what is not open yet, so that a page opens at once, and also while the server is away. */
export async function loadAhead() {
  const parts = await Promise.allSettled([
    ...Object.values(pages).map((load) => load()),
    import('../field/AddressInput'),
    import('../field/TimeInput'),
    import('../field/RichInput'),
    import('../list/BulkBar'),
    import('../list/CellEditor'),
    import('../list/FilterPanel'),
    import('../list/ViewForm'),
    import('../record/Conflict'),
    import('../search/Palette'),
    import('./Confirm'),
    import('./Proof'),
    import('./SignInAgain'),
  ]);
  if (parts.every((part) => part.status === 'fulfilled')) performance.mark(loadedAhead);
}

export const router = createBrowserRouter([
  {
    path: '/login',
    ErrorBoundary: RouteFailure,
    HydrateFallback: () => null,
    lazy: page(pages.login),
  },
  {
    path: '/welcome',
    ErrorBoundary: RouteFailure,
    HydrateFallback: () => null,
    lazy: page(pages.welcome),
  },
  {
    path: '/',
    Component: Frame,
    ErrorBoundary: RouteFailure,
    HydrateFallback: () => null,
    children: [
      {
        ErrorBoundary: RouteFailure,
        children: [
          { index: true, Component: StartPage },
          { path: 'imports', lazy: page(pages.imports) },
          { path: 'imports/:id', lazy: page(pages.oneImport) },
          { path: 'quality', lazy: page(pages.quality) },
          { path: 'jobs', lazy: page(pages.jobs) },
          { path: 'settings', element: <Navigate to="/settings/profile" replace /> },
          { path: 'settings/:section', lazy: page(pages.settings) },
          { path: ':plural', lazy: page(pages.list) },
          { path: ':plural/new', lazy: page(pages.form) },
          { path: ':plural/:id', lazy: page(pages.record) },
          { path: ':plural/:id/merge', lazy: page(pages.merge) },
          { path: ':plural/:id/edit', lazy: page(pages.form) },
          { path: '*', Component: Lost },
        ],
      },
    ],
  },
]);
