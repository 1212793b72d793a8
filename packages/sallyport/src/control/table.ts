import { PERMISSIONS, type Authority, type Route } from '../kernel/index.ts';

/** Throws a TypeError for routes that may not be served: without an authority, of an unknown permission, or twice the same. */
export function checkRoutes(routes: readonly Route[]): void {
  const seen = new Set<string>();
  for (const route of routes) {
    const name = `${route.method} ${route.path}`;
    // The type asks for it too; a route made by a cast or by JavaScript is refused here.
    const authority: { permission?: unknown; public?: unknown; operator?: unknown } | undefined = route.authority;
    const permission = authority?.permission;
    const reason = authority?.public ?? authority?.operator;
    if ([permission, authority?.public, authority?.operator].filter((one) => one !== undefined).length !== 1)
      throw new TypeError(`${name}: a route needs a permission, a public reason, or a reason to be the operator's`);
    if (permission !== undefined && !PERMISSIONS.some((known) => known === permission)) throw new TypeError(`${name}: unknown permission`);
    if (reason !== undefined && (typeof reason !== 'string' || reason.trim() === '')) throw new TypeError(`${name}: without a reason`);
    if (!/^\/api\/[\w/:.-]+$/.test(route.path)) throw new TypeError(`${name}: a path begins with /api/ and has plain segments`);
    if (route.method === 'GET' && route.body !== undefined) throw new TypeError(`${name}: GET takes no body`);
    // Two parameters of different names stand for the same place.
    const place = `${route.method} ${route.path.replace(/:[^/]+/g, ':')}`;
    if (seen.has(place)) throw new TypeError(`${name}: stands twice`);
    seen.add(place);
  }
}

/** The whole route table as text, one route a line, sorted by path: what a snapshot test keeps. */
export function routeTable(routes: readonly Route[]): string {
  const rows = routes.map((route) => ({
    path: route.path,
    line: `${route.method.padEnd(6)} ${route.path}  ${authorityText(route.authority)}`,
  }));
  return rows
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line < b.line ? -1 : 1))
    .map((row) => row.line)
    .join('\n');
}

function authorityText(authority: Authority): string {
  if ('public' in authority) return `public: ${authority.public}`;
  if ('operator' in authority) return `operator: ${authority.operator}`;
  const { permission, fresh, installation } = authority;
  return [
    permission,
    ...(fresh === undefined ? [] : [`fresh: ${fresh}`]),
    ...(installation === undefined ? [] : [`installation: ${installation}`]),
  ].join(', ');
}
