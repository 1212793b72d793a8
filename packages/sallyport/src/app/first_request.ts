import { connect } from 'node:net';
import type { Json, Route } from '../kernel/index.ts';
import type { Audit } from '../audit/service.ts';
import type { Identity } from '../identity/service.ts';
import type { Providers } from '../providers/service.ts';

/** One link of the way that an app's first request takes. `says`: what is known of it, and what to do when it is broken. */
type Link = { readonly name: string; readonly state: 'ok' | 'broken' | 'unknown'; readonly says: string };

export type FirstRequestDeps = {
  readonly identity: Identity;
  readonly providers: Providers;
  readonly audit: Audit;
  readonly guarded: () => boolean;
  readonly clock: () => number;
  /** The gateway's address as an app on this machine names it; undefined while it does not listen. */
  readonly gateway: () => string | undefined;
};

/** `GET /api/first-request`: where the gateway is, and which of the six links between an app and a recorded, protected reply is broken. */
export function firstRequestRoute(deps: FirstRequestDeps): Route {
  return {
    method: 'GET',
    path: '/api/first-request',
    summary: 'The way of the first request, link by link: reachable, key, provider, guard, stream, event.',
    authority: { permission: 'events:read' },
    async handler({ caller }) {
      const [reachable, key, traffic] = await Promise.all([
        reachableLink(deps),
        keyLink(deps, caller.tenant),
        trafficLinks(deps, caller.tenant),
      ]);
      const links = [reachable, key, providerLink(deps), guardLink(deps), ...traffic];
      return { json: { gateway: deps.gateway() ?? null, links } as unknown as Json };
    },
  };
}

async function reachableLink({ gateway }: FirstRequestDeps): Promise<Link> {
  const url = gateway();
  const open = url !== undefined && (await answers(Number(new URL(url).port)));
  return open
    ? { name: 'reachable', state: 'ok', says: `The gateway listens at ${url}.` }
    : { name: 'reachable', state: 'broken', says: 'The gateway port does not take connections; look at the log of `sallyport up`.' };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: 'localhost' });
    const end = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket
      .setTimeout(1_000, () => end(false))
      .once('connect', () => end(true))
      .once('error', () => end(false));
  });
}

async function keyLink({ identity, clock }: FirstRequestDeps, tenant: Parameters<Identity['listKeys']>[0]): Promise<Link> {
  const now = clock();
  const keys = (await identity.listKeys(tenant)).filter(({ revoked, expires }) => revoked === null && (expires === null || expires > now));
  return keys.length > 0
    ? { name: 'key', state: 'ok', says: `${keys.length} in force.` }
    : { name: 'key', state: 'broken', says: 'There is no key yet; make one.' };
}

/** The practice model is always there; configured providers are broken when none of them can be used. */
function providerLink({ providers }: FirstRequestDeps): Link {
  const all = providers.health();
  const usable = all.filter(({ circuit, key }) => circuit !== 'open' && key !== 'missing').map(({ provider }) => provider);
  if (all.length > 0 && usable.length === 0)
    return {
      name: 'provider',
      state: 'broken',
      says: 'None of the configured providers can be used; `sallyport provider test NAME` says why.',
    };
  return { name: 'provider', state: 'ok', says: [...usable, 'the practice model, which needs no key'].join(', ') + '.' };
}

function guardLink({ guarded }: FirstRequestDeps): Link {
  return guarded()
    ? { name: 'guard', state: 'ok', says: 'Every text is inspected.' }
    : { name: 'guard', state: 'broken', says: 'Guards are switched off in the configuration (gateway.guards).' };
}

/** What only a request itself can show: that one was recorded, and that one was streamed. */
async function trafficLinks({ audit }: FirstRequestDeps, tenant: Parameters<Audit['list']>[0]): Promise<Link[]> {
  const { events } = await audit.list(tenant, { kind: 'gateway.request', limit: 100 });
  const streamed = events.some((event) => event.api?.stream === true && event.http?.status === 200);
  const state = audit.health().state;
  return [
    streamed
      ? { name: 'stream', state: 'ok', says: 'A streamed reply went through.' }
      : { name: 'stream', state: 'unknown', says: 'Nothing was streamed yet; add "stream": true to try.' },
    state !== 'ok'
      ? { name: 'event', state: 'broken', says: `The event log is ${state}: nothing is served that cannot be recorded.` }
      : events.length > 0
        ? { name: 'event', state: 'ok', says: 'Requests are recorded.' }
        : { name: 'event', state: 'unknown', says: 'The log is ready; no request was recorded yet.' },
  ];
}
