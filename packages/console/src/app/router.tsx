import { createRootRoute, createRoute, createRouter, Outlet } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Problem } from '../ui/parts.tsx';
import { SetUp } from '../pages/set_up.tsx';
import { ALONE, DETAILS, PAGES } from './pages.tsx';
import { Shell } from './shell.tsx';

const rootRoute = createRootRoute({
  component: Outlet,
  errorComponent: ({ error }): ReactNode => <Problem error={error} />,
  notFoundComponent: (): ReactNode => <p>There is no such page.</p>,
});
const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  component: Shell,
  notFoundComponent: (): ReactNode => <p>There is no such page.</p>,
});
const setUpRoute = createRoute({ getParentRoute: () => rootRoute, path: '/setup', component: SetUp });

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    setUpRoute,
    ...ALONE.map(({ path, component }) => createRoute({ getParentRoute: () => rootRoute, path, component })),
    shellRoute.addChildren(
      [...PAGES, ...DETAILS].map(({ path, component }) => createRoute({ getParentRoute: () => shellRoute, path, component })),
    ),
  ]),
  defaultPreload: 'intent',
});
