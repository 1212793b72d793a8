import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Audit } from '../audit/service.ts';
import { createSqlStore, Fga, FgaError, Names, openRemoteFga, sendProblem, serveApi, serveRag, type Rag } from '../fga/service.ts';
import type { Area } from '../gateway/service.ts';
import type { Clock } from '../kernel/index.ts';
import type { Identity, KeyRecord } from '../identity/service.ts';
import type { Store } from '../store/service.ts';
import { resolveReference, type Config } from './config.ts';

/** The engine over this installation's database, or over the OpenFGA server that the configuration names. */
export function openFga(
  { fga }: Config,
  env: Readonly<Record<string, string | undefined>>,
  { store, audit, clock }: { readonly store: Store; readonly audit: Audit; readonly clock: Clock },
): Promise<Fga> {
  const remote = fga?.remote;
  if (remote === undefined) return new Fga({ store: createSqlStore(store, audit.change, clock), names: new Names(), clock }).open();
  const token = remote.token === undefined ? undefined : resolveReference(remote.token, env);
  return openRemoteFga(
    { url: remote.url, token, stores: remote.stores },
    { clock, record: (tenant, change) => audit.change(tenant, (_sql, emit) => emit(change)) },
  );
}

const WELL_KNOWN = '/.well-known/authzen-configuration';

/**
 * OpenFGA's API at `/fga` of the gateway port, and AuthZEN's metadata where its section 9.2 puts it for `/fga/stores/{id}`. The tenant is the key's,
 * the permissions are `fga:read` and `fga:write`.
 */
export function fgaAreas(fga: Fga, identity: Pick<Identity, 'uses'>): Area[] {
  const areaOf = (prefix: Area['prefix'], targetOf: (target: string) => string): Area => ({
    prefix,
    serve: (request, target, body, key, response) =>
      serveApi(
        fga,
        {
          method: request.method ?? 'GET',
          target: targetOf(target),
          body,
          tenant: key.tenant,
          actor: key.principal,
          permissions: noted(key, identity),
          modelHeader: headerOf(request.headers['openfga-authorization-model-id']),
          requestId: headerOf(request.headers['x-request-id']),
          base: `${originOf(request)}/fga`,
        },
        response,
      ),
    refuse,
  });
  return [areaOf('/fga/', (target) => target), areaOf(`${WELL_KNOWN}/fga/`, (target) => `${target}${WELL_KNOWN}`)];
}

/** Retrieval by permission at `/v1/rag`. */
export function ragArea(rag: Rag, identity: Pick<Identity, 'uses' | 'held'>): Area {
  return {
    prefix: '/v1/rag/',
    serve: (request, target, body, key, response) =>
      serveRag(
        rag,
        {
          method: request.method ?? 'GET',
          target,
          body,
          caller: {
            tenant: key.tenant,
            principal: key.principal,
            kind: key.principalKind,
            key: key.id,
            name: key.name,
            heldFor: (user) => identity.held(key, user),
          },
          permissions: noted(key, identity),
        },
        response,
      ),
    refuse,
  };
}

/** The permissions of a key; each that is asked for and there is written down as used. */
function noted(key: KeyRecord, identity: Pick<Identity, 'uses'>): Pick<KeyRecord['permissions'], 'has'> {
  return {
    has(permission) {
      const has = key.permissions.has(permission);
      if (has) identity.uses(key, permission);
      return has;
    },
  };
}

const refuse: Area['refuse'] = (response, status, message) => {
  const { code } = new FgaError(status === 401 ? 'unauthenticated' : 'validation_error', message);
  sendProblem(response, { status, code, message });
};

function headerOf(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** As the caller reached this port; the gateway has checked the Host header before. */
function originOf(request: IncomingMessage): string {
  const secure = (request.socket as Partial<TLSSocket>).encrypted === true;
  return `${secure ? 'https' : 'http'}://${headerOf(request.headers.host)}`;
}
