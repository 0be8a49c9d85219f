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
            lazy: async () => ({ Component: (await import('./Lost')).Lost }),
          },
          {
            path: 'imports/:id',
            lazy: async () => ({ Component: (await import('./Lost')).Lost }),
          },
          {
            path: 'quality',
            lazy: async () => ({ Component: (await import('./Lost')).Lost }),
          },
          {
            path: 'jobs',
            lazy: async () => ({ Component: (await import('./Lost')).Lost }),
          },
          { path: 'settings', element: <Navigate to="/settings/profile" replace /> },
          {
            path: 'settings/:section',
            lazy: async () => ({
              Component: (await import('./Lost')).Lost,
            }),
          },
          {
            path: ':plural',
            lazy: async () => ({ Component: (await import('../list/ListPage')).ListPage }),
          },
          {
            path: ':plural/new',
            lazy: async () => ({ Component: (await import('./Lost')).Lost }),
          },
          {
            path: ':plural/:id',
            lazy: async () => ({ Component: (await import('./Lost')).Lost }),
          },
          {
            path: ':plural/:id/edit',
            lazy: async () => ({ Component: (await import('./Lost')).Lost }),
          },
          { path: '*', Component: Lost },
        ],
      },
    ],
  },
]);
