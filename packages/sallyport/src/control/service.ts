import type { RequestListener } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { type ApiClient, type Caller, type Json, type Logger, type Permission, type Route, type TenantId } from '../kernel/index.ts';
import type { Admission } from '../limits/index.ts';
import { clientAddress, type AddressOf, type Listening, type ServerTls } from '../net/index.ts';
import { identifyBearer, identifyOperator, type Authenticate } from './caller.ts';
import { inProcessClient } from './client.ts';
import { addHealth, addMetrics, type Metrics } from './health.ts';
import { openApi } from './openapi.ts';
import { createOrigins } from './origin.ts';
import { listenOnPort } from './port.ts';
import { createServer } from './server.ts';
import { listenOnSocket } from './socket.ts';
import { checkRoutes } from './table.ts';

export type ControlDeps = {
  /** The holder of a key or a session, or undefined: unknown, expired, ended or revoked. Called on each request of the console port. */
  readonly authenticate: Authenticate;
  /** Whether there is such a tenant, for the operator to act in. */
  hasTenant(tenant: TenantId): boolean | Promise<boolean>;
  readonly logger: Logger;
  /** The program's version, for the API description. */
  readonly version: string;
  /** `publicUrl` of the configuration: the one address beside localhost that the console port answers to. */
  readonly publicUrl?: string | undefined;
  readonly tls?: ServerTls | undefined;
  /** Where a request comes from; the peer of its connection when absent. */
  readonly addressOf?: AddressOf;
  /** Whether somebody who is not known may write; everybody when absent. */
  readonly admission?: Admission;
  /** Told of each use of a permission by a key or person: for access reviews. */
  readonly used?: (caller: Caller, permission: Permission) => void;
  /** Present when metrics are configured. */
  readonly metrics?: Metrics | undefined;
  /** Largest body in bytes; 1 MiB when absent. */
  readonly bodyLimit?: number;
  /** Compare each reply with the schema that its route declares, and fail when it differs: for tests. */
  readonly checkReplies?: boolean;
};

export type Control = {
  /** The console port's server: `app/` may add the console's pages to it before anything listens. */
  readonly tcp: FastifyInstance;
  /** Opens the console port on each host (`plain`: although others reach it and there is no TLS); answers the port, which differs when 0 was asked. */
  listen(where: { readonly hosts: readonly string[]; readonly port: number; readonly plain?: boolean }): Promise<number>;
  /** Opens the operator's socket, see `socketFile`. */
  listenSocket(path: string): Promise<void>;
  /** The operator's API in this process, without any port. */
  client(tenant?: TenantId): ApiClient;
  /** Ends what listens; requests under way get two seconds. */
  close(): Promise<void>;
};

/** Bodies of the control API are policies and configurations; nothing that people write is longer. */
const DEFAULT_BODY_LIMIT = 1024 * 1024;

/**
 * The control API made of routes: one server for the local socket (the operator), one for the console port (keys).
 * Opens nothing. Throws a TypeError when a route has no authority, or when `publicUrl` is no URL.
 */
export function createControl(routes: readonly Route[], deps: ControlDeps): Control {
  const all: Route[] = [...routes, openApiRoute(() => all, deps.version)];
  checkRoutes(all);
  const common = {
    origins: createOrigins(deps.publicUrl),
    secure: deps.tls !== undefined || deps.publicUrl?.startsWith('https:') === true,
    addressOf: deps.addressOf ?? clientAddress([]),
    admission: deps.admission ?? { admit: () => 0, known: () => {} },
    logger: deps.logger,
    bodyLimit: deps.bodyLimit ?? DEFAULT_BODY_LIMIT,
    checkReplies: deps.checkReplies ?? false,
    used: (caller: Caller, permission: Permission): void => deps.used?.(caller, permission),
  };
  const holder = identifyBearer(deps.authenticate);
  const operator = identifyOperator((tenant) => deps.hasTenant(tenant));
  const tcp = createServer(all, { ...common, identify: holder, local: false });
  const socket = createServer(all, { ...common, identify: operator, local: true });
  for (const server of [tcp, socket]) addHealth(server);
  if (deps.metrics !== undefined) addMetrics(tcp, deps.metrics, holder);

  const open: Listening[] = [];
  return {
    tcp,
    async listen({ hosts, port, plain = false }) {
      const listening = await listenOnPort(await handlerOf(tcp), { hosts, port, tls: deps.tls, plain });
      open.push(listening);
      return listening.port;
    },
    async listenSocket(path) {
      open.push(await listenOnSocket(await handlerOf(socket), path));
    },
    client: (tenant) => inProcessClient(socket, tenant),
    async close() {
      await Promise.all(open.splice(0).map((listening) => listening.close()));
      await Promise.all([tcp.close(), socket.close()]);
    },
  };
}

/** A Fastify server answers only after its plugins have loaded. */
async function handlerOf(server: FastifyInstance): Promise<RequestListener> {
  await server.ready();
  return (request, response) => server.routing(request, response);
}

function openApiRoute(all: () => readonly Route[], version: string): Route {
  let document: Json | undefined;
  return {
    method: 'GET',
    path: '/api/openapi.json',
    summary: 'This description.',
    authority: { public: 'describes the product, nothing of this installation' },
    handler: () => ({ json: (document ??= openApi(all(), version)) }),
  };
}
