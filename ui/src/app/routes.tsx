import { createBrowserRouter, Navigate } from 'react-router';
import { Frame, StartPage } from './Frame';
import { Lost, RouteFailure } from './Lost';

export const router = createBrowserRouter([
  {
    path: '/login',
    ErrorBoundary: RouteFailure,
    HydrateFallback: () => null,
    lazy: async () => ({ Component: (await import('../pages/Login')).Login }),
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
          {
            path: 'imports',
            lazy: async () => ({ Component: (await import('../import/ImportsPage')).ImportsPage }),
          },
          {
            path: 'imports/:id',
            lazy: async () => ({ Component: (await import('../import/ImportPage')).ImportPage }),
          },
          {
            path: 'quality',
            lazy: async () => ({ Component: (await import('../pages/QualityPage')).QualityPage }),
          },
          {
            path: 'jobs',
            lazy: async () => ({ Component: (await import('../pages/JobsPage')).JobsPage }),
          },
          { path: 'settings', element: <Navigate to="/settings/profile" replace /> },
          {
            path: 'settings/:section',
            lazy: async () => ({
              Component: (await import('../pages/SettingsPage')).SettingsPage,
            }),
          },
          {
            path: ':plural',
            lazy: async () => ({ Component: (await import('../list/ListPage')).ListPage }),
          },
          {
            path: ':plural/new',
            lazy: async () => ({ Component: (await import('../form/FormPage')).FormPage }),
          },
          {
            path: ':plural/:id',
            lazy: async () => ({ Component: (await import('../record/RecordPage')).RecordPage }),
          },
          {
            path: ':plural/:id/edit',
            lazy: async () => ({ Component: (await import('../form/FormPage')).FormPage }),
          },
          { path: '*', Component: Lost },
        ],
      },
    ],
  },
]);
