import { lazyRouteComponent, type RouteComponent } from '@tanstack/react-router';

/** One page of the console: its place in the address and in the menu, and the permission that it needs. */
export type Page = {
  readonly path: `/${string}`;
  readonly title: string;
  readonly permission: string;
  readonly component: RouteComponent;
};

/** Every page, in the order of the menu. Each is a file of its own in the bundle, fetched when it is first opened. */
export const PAGES: readonly Page[] = [
  { path: '/', title: 'Home', permission: 'events:read', component: lazyRouteComponent(() => import('../pages/home.tsx'), 'Home') },
  {
    path: '/traffic',
    title: 'Traffic',
    permission: 'events:read',
    component: lazyRouteComponent(() => import('../pages/traffic.tsx'), 'Traffic'),
  },
  {
    path: '/approvals',
    title: 'Approvals',
    permission: 'approvals:read',
    component: lazyRouteComponent(() => import('../pages/approvals.tsx'), 'Approvals'),
  },
  { path: '/runs', title: 'Runs', permission: 'events:read', component: lazyRouteComponent(() => import('../pages/runs.tsx'), 'Runs') },
  { path: '/tools', title: 'Tools', permission: 'mcp:read', component: lazyRouteComponent(() => import('../pages/tools.tsx'), 'Tools') },
  {
    path: '/policies',
    title: 'Policies',
    permission: 'policy:read',
    component: lazyRouteComponent(() => import('../pages/policies.tsx'), 'Policies'),
  },
  {
    path: '/guards',
    title: 'Guards',
    permission: 'policy:read',
    component: lazyRouteComponent(() => import('../pages/guards.tsx'), 'Guards'),
  },
  {
    path: '/playground',
    title: 'Playground',
    permission: 'playground:use',
    component: lazyRouteComponent(() => import('../pages/playground.tsx'), 'Playground'),
  },
  {
    path: '/providers',
    title: 'Providers',
    permission: 'providers:read',
    component: lazyRouteComponent(() => import('../pages/providers.tsx'), 'Providers'),
  },
  {
    path: '/permissions',
    title: 'Permissions',
    permission: 'fga:read',
    component: lazyRouteComponent(() => import('../pages/permissions.tsx'), 'Permissions'),
  },
  {
    path: '/knowledge',
    title: 'Knowledge',
    permission: 'knowledge:read',
    component: lazyRouteComponent(() => import('../pages/knowledge.tsx'), 'Knowledge'),
  },
  { path: '/scans', title: 'Scans', permission: 'scans:read', component: lazyRouteComponent(() => import('../pages/scans.tsx'), 'Scans') },
  {
    path: '/connections',
    title: 'Connections',
    permission: 'connections:read',
    component: lazyRouteComponent(() => import('../pages/connections.tsx'), 'Connections'),
  },
  { path: '/keys', title: 'Keys', permission: 'keys:read', component: lazyRouteComponent(() => import('../pages/keys.tsx'), 'Keys') },
  {
    path: '/identity',
    title: 'Identity',
    permission: 'identity:read',
    component: lazyRouteComponent(() => import('../pages/identity.tsx'), 'Identity'),
  },
  { path: '/team', title: 'Team', permission: 'people:read', component: lazyRouteComponent(() => import('../pages/team.tsx'), 'Team') },
  {
    path: '/settings',
    title: 'Settings',
    permission: 'health:read',
    component: lazyRouteComponent(() => import('../pages/settings.tsx'), 'Settings'),
  },
];

/** Pages that a list leads to. */
export const DETAILS: readonly Pick<Page, 'path' | 'component'>[] = [
  { path: '/policies/own', component: lazyRouteComponent(() => import('../pages/own_rules.tsx'), 'OwnRules') },
  { path: '/allow/$uid', component: lazyRouteComponent(() => import('../pages/allow.tsx'), 'Allow') },
  { path: '/device', component: lazyRouteComponent(() => import('../pages/allow.tsx'), 'Device') },
  { path: '/traffic/$uid', component: lazyRouteComponent(() => import('../pages/event.tsx'), 'EventPage') },
  { path: '/runs/$id', component: lazyRouteComponent(() => import('../pages/run.tsx'), 'RunPage') },
  { path: '/tools/servers/$name', component: lazyRouteComponent(() => import('../pages/tool_server.tsx'), 'ToolServerPage') },
  { path: '/tools/quarantine', component: lazyRouteComponent(() => import('../pages/tool_quarantine.tsx'), 'Quarantine') },
  { path: '/tools/reach', component: lazyRouteComponent(() => import('../pages/tool_reach.tsx'), 'ReachPage') },
  { path: '/knowledge/$id', component: lazyRouteComponent(() => import('../pages/knowledge_document.tsx'), 'KnowledgeDocumentPage') },
  { path: '/approvals/$id', component: lazyRouteComponent(() => import('../pages/approval.tsx'), 'ApprovalPage') },
];

/** Pages without the frame, for who comes by a link. */
export const ALONE: readonly Pick<Page, 'path' | 'component'>[] = [
  { path: '/approve/$token', component: lazyRouteComponent(() => import('../pages/approve.tsx'), 'Approve') },
  { path: '/sign-in/$provider', component: lazyRouteComponent(() => import('../pages/provider_callback.tsx'), 'ProviderCallback') },
  { path: '/connections/callback', component: lazyRouteComponent(() => import('../pages/connection_callback.tsx'), 'ConnectionCallback') },
];
