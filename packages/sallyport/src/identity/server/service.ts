import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { DEFAULT_TENANT, reasonOf, type Clock, type Logger, type TenantId } from '../../kernel/index.ts';
import type { Change } from '../../audit/service.ts';
import type { Keyring } from '../../keyring/service.ts';
import type { Admit } from '../../limits/index.ts';
import type { AddressOf } from '../../net/index.ts';
import type { Store } from '../../store/service.ts';
import type { Snapshot } from '../access/snapshot.ts';
import { fail } from '../errors.ts';
import { createArtifacts, type Artifacts } from './artifacts_service.ts';
import { createClients, type Clients } from './clients_service.ts';
import { createConsent, type Consent } from './consent_service.ts';
import { createLogout } from './logout_service.ts';
import { clientMetadata, type Addresses, type Record_, type ServerContext } from './context.ts';
import { endGrants, listGrants, notify, revoke, sessionsOfGrants, type GrantNote } from './store.ts';
import { createSigning, type Signing } from './signing_service.ts';
import { ROUTES } from './settings.ts';

export type { Answerer, Asked } from './consent_service.ts';
export type { Addresses } from './context.ts';

/** The OAuth 2.1 and OpenID Connect authorization server of this installation. */
export type AuthorizationServer = {
  /** Says where the two ports are reached; before that it answers nothing. */
  at(addresses: Addresses): void;
  readonly addresses: () => Addresses | undefined;
  /** Answers a request below the issuer's path, or for its metadata at the well-known places. Host and Origin were checked. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  readonly clients: Clients;
  readonly consent: Consent;
  readonly signing: Pick<Signing, 'rotate'>;
  grants(tenant: TenantId, person?: string): Promise<GrantNote[]>;
  /** Refused everywhere within a second. Rejects GRANT_UNKNOWN. */
  endGrant(tenant: TenantId, id: string, actor: string, person?: string): Promise<void>;
  /** Tells the applications that a person was signed in at that it is over (OpenID Connect Back-Channel Logout 1.0). */
  signedOut(person: string): Promise<void>;
  close(): Promise<void>;
};

export type ServerDeps = {
  readonly keyring: Keyring;
  readonly change: Change;
  readonly record: Record_;
  /** Where a request comes from. */
  readonly addressOf: AddressOf;
  /** Whether a stranger may make us store something. */
  readonly admit: Admit;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly openness: { readonly metadataDocuments: boolean; readonly registration: boolean };
  snapshot(): Snapshot;
  refresh(): Promise<void>;
  used(agent: string): void;
  /** Ends a person's session at the console, because an application asked for it; false when it was over already. */
  endSession(tenant: TenantId, id: string, person: string, client: string): Promise<boolean>;
};

/** What strangers get nothing kept by: its callers prove a key, token or code first. All else has the budget of strangers, however its path is written. */
const METADATA = '/.well-known/openid-configuration';
const PROVED: ReadonlySet<string> = new Set([
  ...[METADATA, ROUTES.jwks, ROUTES.token, ROUTES.introspection, ROUTES.revocation],
  ...[ROUTES.userinfo, ROUTES.backchannel_authentication],
]);
const SWEEP_MS = 10 * 60_000;
/** Where the browser goes to answer. */
const ASK = /^\/ask\/([A-Za-z0-9_-]{1,100})$/;

export async function openAuthorizationServer(store: Store, deps: ServerDeps): Promise<AuthorizationServer> {
  const { clock, logger } = deps;
  let addresses: Addresses | undefined;
  let built: { readonly version: string; readonly provider: Promise<Provider> } | undefined;
  let artifacts: Artifacts | undefined;
  const signing = createSigning(store, deps);
  const keys = await deps.keyring.tenant(DEFAULT_TENANT);
  if (await signing.keep(deps.snapshot().signing)) await deps.refresh();

  const context: ServerContext = {
    get addresses() {
      if (addresses === undefined) throw fail('SERVER_NOT_READY');
      return addresses;
    },
    snapshot: () => deps.snapshot(),
    record: deps.record,
    clock,
    logger,
    used: (agent) => deps.used(agent),
    async revoke(tenant, handles, actor) {
      await deps.change(tenant, async (sql, emit) => {
        for (const handle of handles) await revoke(sql, tenant, handle, clock());
        await emit({ type: 'token.revoked', actor, target: { kind: 'token', id: handles[0] ?? '' } });
        await notify(sql);
      });
      await deps.refresh();
    },
    revokeLater(tenant, grant) {
      // A code or refresh token came twice, or its holder gave it back: the person's list says so, too.
      deps
        .change(tenant, async (sql, emit) => {
          const [ended] = await endGrants(sql, tenant, { id: grant }, clock());
          await revoke(sql, tenant, grant, clock());
          const detail = ended === undefined ? {} : { detail: { person: ended.person } };
          await emit({ type: 'grant.ended', actor: 'system', target: { kind: 'grant', id: grant }, ...detail });
          await notify(sql);
        })
        .then(() => deps.refresh())
        .catch((error: unknown) => logger.error('a grant was not revoked', { grant, reason: reasonOf(error) }));
    },
  };

  /** Built at the first request, and anew when another key signs or is published. The library is loaded then, too: an idle gate does not need it. */
  function provider(): Promise<Provider> {
    const now = clock();
    const { signing: known } = deps.snapshot();
    const version = known.map((key) => `${key.id}${key.active <= now ? '+' : '-'}`).join(' ');
    if (built?.version === version) return built.provider;
    const building = build();
    building.catch(() => (built = undefined));
    built = { version, provider: building };
    return building;

    async function build(): Promise<Provider> {
      const [{ buildProvider }, { errors }] = await Promise.all([import('./provider_service.ts'), import('oidc-provider')]);
      artifacts ??= createArtifacts(store, {
        clock,
        used: () => new errors.InvalidGrant('it was used already', 'used already'),
        client: (id) => clientMetadata(id, deps.snapshot()),
      });
      const kept = artifacts;
      return buildProvider({
        context,
        openness: deps.openness,
        adapter: (model) => kept.adapter(model),
        keys: await signing.open(known, now),
        cookieKeys: [keys.mac('oidc cookies').toString('base64url')],
        onWaiting: (account, client) =>
          deps.record(deps.snapshot().people.get(account)?.tenant ?? DEFAULT_TENANT, {
            type: 'authorization.asked',
            actor: client.clientId,
            target: { kind: 'person', id: account },
          }),
      });
    }
  }

  const consent = createConsent({
    context,
    provider,
    artifacts: () => {
      if (artifacts === undefined) throw fail('SERVER_NOT_READY');
      return artifacts;
    },
    change: deps.change,
    cookieKey: keys.macKey('oidc ask'),
    denied: async () => new (await import('oidc-provider')).errors.AccessDenied(),
  });

  /** Applications that this person was signed in at, in any browser, hear that it is over (OpenID Connect Back-Channel Logout 1.0). */
  async function signedOut(person: string): Promise<void> {
    const rows = (await artifacts?.ofAccount('Session', person)) ?? [];
    const told = rows.flatMap(({ payload }) =>
      Object.entries((payload['authorizations'] ?? {}) as Readonly<Record<string, { readonly sid?: string }>>),
    );
    await Promise.all(told.map(([client, { sid }]) => tell(client, person, sid)));
    // Nobody is told twice, and what was left of the sign-in is gone.
    for (const { id } of rows) await artifacts?.forget('Session', id);
  }

  async function tell(id: string, person: string, sid: string | undefined): Promise<void> {
    const client = await (await provider()).Client.find(id).catch(() => undefined);
    if (client?.backchannelLogoutUri === undefined || sid === undefined) return;
    await client
      .backchannelLogout(person, sid)
      .catch((error: unknown) => logger.warn('an application was not told of a sign-out', { client: id, reason: reasonOf(error) }));
  }

  const logout = createLogout({
    context,
    provider,
    key: keys.macKey('oidc logout'),
    async end(tenant, person, grants, client) {
      const sessions = await store.tx(tenant, (sql) => sessionsOfGrants(sql, grants));
      let ended = false;
      for (const id of sessions) ended = (await deps.endSession(tenant, id, person, client)) || ended;
      // Otherwise the end of the session has told them.
      if (!ended) await signedOut(person);
    },
  });

  /** `proxy` makes the library look at these headers. Only the issuer's address says how it is reached, only `addressOf` who calls (`ctx.ip`). */
  function forward(request: IncomingMessage, { issuer }: Addresses, from: string): void {
    for (const name of ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']) delete request.headers[name];
    if (issuer.startsWith('https:')) request.headers['x-forwarded-proto'] = 'https';
    if (from !== '') request.headers['x-forwarded-for'] = from;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (addresses === undefined) throw fail('SERVER_NOT_READY');
    const mount = new URL(addresses.issuer).pathname;
    const url = new URL(request.url ?? '/', addresses.issuer);
    const from = deps.addressOf(request);
    forward(request, addresses, from);
    const path = url.pathname.startsWith('/.well-known/') ? METADATA : url.pathname.slice(mount.length) || '/';
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const wait = PROVED.has(path) ? 0 : deps.admit(from);
    if (wait > 0) return tooMany(response, wait);
    if (path === ROUTES.code_verification) {
      if (request.method !== 'GET') return end(response, 405, 'Codes are entered at the console.');
      const code = url.searchParams.get('user_code') ?? '';
      return redirect(response, `/device${/^[A-Z-]{1,20}$/.test(code) ? `?code=${code}` : ''}`);
    }
    if (path === ROUTES.end_session) return logout(request, response);
    const ask = ASK.exec(path);
    if (ask !== null) return beginAsk(request, response, ask[1] as string);
    // The library takes what the first has before the second for the place where it is mounted.
    Object.assign(request, { originalUrl: mount + path + url.search, url: path + url.search });
    (await provider()).callback()(request, response);
  }

  /** Ties the question to this browser, then shows the page of the console. */
  async function beginAsk(request: IncomingMessage, response: ServerResponse, uid: string): Promise<void> {
    const issuer = context.addresses.issuer;
    const found = await (await provider()).interactionDetails(request, response).catch(() => undefined);
    if (found?.uid !== uid) return end(response, 410, 'This request was answered, has expired, or was begun in another browser.');
    const secure = issuer.startsWith('https:') ? '; Secure' : '';
    response.setHeader(
      'set-cookie',
      `sallyport_answer=${consent.cookieFor(uid)}; Path=/api/authorization/asks/${uid}; HttpOnly; SameSite=Strict; Max-Age=900${secure}`,
    );
    redirect(response, `/allow/${uid}`);
  }

  const timer = setInterval(() => {
    const work = async (): Promise<void> => {
      await artifacts?.sweep();
      if (await signing.keep(deps.snapshot().signing)) await deps.refresh();
    };
    work().catch((error: unknown) => logger.warn('the authorization server was not tidied up', { reason: reasonOf(error) }));
  }, SWEEP_MS);
  timer.unref();

  return {
    at(where) {
      addresses = where;
      built = undefined;
    },
    addresses: () => addresses,
    handle(request, response) {
      handle(request, response).catch((error: unknown) => {
        logger.error('authorization server failed', { reason: reasonOf(error) });
        if (response.headersSent) response.destroy();
        else end(response, 500, 'server_error');
      });
    },
    clients: createClients(store, { context, change: deps.change, provider, refresh: () => deps.refresh() }),
    consent,
    signing: {
      async rotate(actor, now) {
        const id = await signing.rotate(actor, now);
        await deps.refresh();
        return id;
      },
    },
    grants: (tenant, person) => store.tx(tenant, (sql) => listGrants(sql, clock(), person)),
    async endGrant(tenant, id, actor, person) {
      await deps.change(tenant, async (sql, emit) => {
        if (person !== undefined && !(await listGrants(sql, clock(), person)).some((one) => one.id === id)) throw fail('GRANT_UNKNOWN');
        const [ended] = await endGrants(sql, tenant, { id }, clock());
        if (ended === undefined) throw fail('GRANT_UNKNOWN');
        await emit({ type: 'grant.ended', actor, target: { kind: 'grant', id, name: ended.clientName }, detail: { person: ended.person } });
        await notify(sql);
      });
      await deps.refresh();
    },
    signedOut,
    async close() {
      clearInterval(timer);
      await built?.provider.catch(() => {});
    },
  };
}

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { location, 'content-length': '0' }).end();
}

/** Applications read the code (RFC 6749 section 4.1.2.1), people the description. */
function tooMany(response: ServerResponse, seconds: number): void {
  const json = { error: 'temporarily_unavailable', error_description: `Too many requests. Try again in ${seconds} seconds.` };
  response.writeHead(429, { 'content-type': 'application/json', 'retry-after': String(seconds) }).end(JSON.stringify(json));
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}
