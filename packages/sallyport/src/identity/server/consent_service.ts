import { createHmac, timingSafeEqual } from 'node:crypto';
import type { BackchannelModel, ClientModel, DeviceModel, InteractionModel, Provider } from 'oidc-provider';
import { AppError, matchesGlob, visible, type JsonObject, type PrincipalId, type TenantId } from '../../kernel/index.ts';
import type { Change } from '../../audit/service.ts';
import { GATEWAY_SCOPES } from '../access/principal.ts';
import { fail } from '../errors.ts';
import type { From, Role } from '../people/person.ts';
import type { Artifacts } from './artifacts_service.ts';
import { clientTenant, type ServerContext } from './context.ts';
import { insertGrant } from './store.ts';
import { GRANT_SECONDS, SESSION_SECONDS, SETTINGS } from './settings.ts';

/** The person who answers, as the session at the console says. Times in milliseconds since 1970. */
export type Answerer = {
  readonly tenant: TenantId;
  readonly person: PrincipalId;
  readonly name: string;
  readonly role: Role;
  readonly session: string;
  /** When the person last proved who it is, and how (RFC 8176). */
  readonly proved: number;
  readonly methods: readonly string[];
  readonly from: From;
};

/** What a person is asked to allow: shown as it stands, all of it text that the client chose. */
export type Asked = {
  readonly client: { readonly id: string; readonly name: string; readonly uri: string | null; readonly known: boolean };
  readonly scopes: readonly string[];
  /** Of those, what this person cannot give, having it not. */
  readonly beyond: readonly string[];
  readonly resource: string | null;
  readonly details: readonly JsonObject[];
  readonly offline: boolean;
  /** Where an answer is sent; null for a device or another channel. */
  readonly redirect: string | null;
  readonly message: string | null;
  /** Address and program of the device that asks. */
  readonly device: string | null;
};

export type Waiting = Asked & { readonly id: string; readonly expires: number };

export type Consent = {
  /** The value of the cookie that ties a question to the browser in which it began. */
  cookieFor(uid: string): string;
  /** Rejects ASK_GONE, ASK_REFUSED. */
  look(uid: string, cookie: string | undefined, who: Answerer): Promise<Asked>;
  /** Answers where the browser goes next. Rejects ASK_GONE, ASK_REFUSED, PROOF_STALE. */
  answer(uid: string, cookie: string | undefined, who: Answerer, allow: boolean): Promise<string>;
  /** Rejects CODE_UNKNOWN. */
  lookDevice(code: string, who: Answerer): Promise<Asked>;
  answerDevice(code: string, who: Answerer, allow: boolean): Promise<void>;
  /** Requests on another channel (CIBA) that wait for this person. */
  waiting(who: Answerer): Promise<Waiting[]>;
  /** Rejects ASK_GONE, ASK_REFUSED. */
  answerWaiting(id: string, who: Answerer, allow: boolean): Promise<void>;
};

export type ConsentDeps = {
  readonly context: ServerContext;
  readonly provider: () => Promise<Provider>;
  readonly artifacts: () => Artifacts;
  readonly change: Change;
  readonly cookieKey: Buffer;
  readonly denied: () => Promise<Error>;
};

/** The questions that the authorization server puts to people, answered at the console. */
export function createConsent(deps: ConsentDeps): Consent {
  const { context } = deps;
  const cookieFor = (uid: string): string => createHmac('sha256', deps.cookieKey).update(`ask ${uid}`).digest('base64url');

  async function question(
    uid: string,
    cookie: string | undefined,
    who: Answerer,
  ): Promise<{ asking: InteractionModel; client: ClientModel }> {
    // Without this, somebody could send a person the address of a question of his own and be signed in as that person by the answer.
    const right = Buffer.from(cookieFor(uid));
    const given = Buffer.from(cookie ?? '');
    if (given.length !== right.length || !timingSafeEqual(given, right)) throw fail('ASK_GONE');
    const asking = await (await deps.provider()).Interaction.find(uid);
    if (asking === undefined) throw fail('ASK_GONE');
    return { asking, client: await clientOf(String(asking.params['client_id']), who) };
  }

  async function clientOf(id: string, who: Answerer): Promise<ClientModel> {
    const client = await (await deps.provider()).Client.find(id);
    if (client === undefined) throw fail('ASK_GONE');
    const tenant = clientTenant(id, context.snapshot());
    if (tenant !== undefined && tenant !== who.tenant) throw fail('ASK_REFUSED');
    // A role may name the applications that its people may allow, an agent by its name like any other.
    const apps = context.snapshot().people.get(who.person)?.limits?.apps ?? [];
    // Its name is the tenant's word only where the tenant has registered it: any other calls itself what it likes, and is known by its id.
    const name = tenant === undefined ? id : (client.clientName ?? id);
    if (apps.length > 0 && !apps.some((pattern) => matchesGlob(pattern, name) || pattern === id)) throw fail('ASK_REFUSED');
    return client;
  }

  /** Writes down what was allowed, for the library and for the person's own list; answers its id. */
  async function grant(
    client: ClientModel,
    params: Params,
    who: Answerer,
  ): Promise<{ id: string; rar: readonly JsonObject[]; scope: string }> {
    const provider = await deps.provider();
    const asked = askedOf(client, params, who);
    const made = new provider.Grant({ accountId: who.person, clientId: client.clientId });
    const known = asked.scopes.filter((scope) => (SETTINGS.scopes as readonly string[]).includes(scope));
    const open = known.filter((scope) => !isGateScope(scope));
    // For the library every known scope is the issuer's own too; what a token may do here is the resource's scope alone.
    if (known.length > 0) made.addOIDCScope(known.join(' '));
    const given = asked.scopes.filter((scope) => isGateScope(scope) && !asked.beyond.includes(scope));
    for (const resource of resourcesOf(params)) {
      made.addResourceScope(resource, given.join(' '));
      const kept = asked.beyond.join(' ');
      if (kept !== '') made.rejectResourceScope(resource, kept);
    }
    for (const detail of asked.details) made.addRar(detail);
    const id = await made.save(asked.offline ? GRANT_SECONDS : SESSION_SECONDS);
    const scope = [...open, ...given].join(' ');
    await deps.change(who.tenant, async (sql, emit) => {
      const now = context.clock();
      await insertGrant(
        sql,
        who.tenant,
        {
          ...{ id, person: who.person, session: who.session, client: client.clientId, clientName: asked.client.name, scope },
          ...{ resource: asked.resource, offline: asked.offline, from: who.from },
          expires: now + (asked.offline ? GRANT_SECONDS : SESSION_SECONDS) * 1_000,
        },
        now,
      );
      await emit({
        type: 'grant.created',
        actor: who.person,
        target: { kind: 'grant', id, name: asked.client.name },
        detail: { client: client.clientId, scope, ...toolsOf(asked.details) },
      });
    });
    return { id, rar: asked.details, scope };
  }

  function askedOf(client: ClientModel, params: Params, who: Answerer, device?: DeviceModel['deviceInfo']): Asked {
    const scopes = [...new Set(textOf(params['scope']).split(' '))].filter((scope) => scope !== '');
    const permissions: ReadonlySet<string> | undefined = context.snapshot().people.get(who.person)?.permissions;
    const has = (scope: string): boolean => scope === 'models' || scope === 'tools' || (permissions?.has(scope) ?? false);
    return {
      client: {
        id: client.clientId,
        name: visible((client.clientName ?? client.clientId).slice(0, 200)),
        uri: client.clientUri ?? null,
        known: clientTenant(client.clientId, context.snapshot()) !== undefined,
      },
      scopes,
      beyond: scopes.filter((scope) => isGateScope(scope) && !has(scope)),
      resource: resourcesOf(params)[0] ?? null,
      details: detailsOf(params),
      offline: scopes.includes('offline_access'),
      redirect: typeof params['redirect_uri'] === 'string' ? params['redirect_uri'] : null,
      message: typeof params['binding_message'] === 'string' ? visible(params['binding_message']) : null,
      device: device === undefined ? null : visible(`${device.ip ?? ''} ${(device.ua ?? '').slice(0, 200)}`.trim()),
    };
  }

  const acrOf = (who: Answerer): string => (who.methods.some((method) => method === 'mfa' || method === 'hwk') ? '2' : '1');

  async function deviceOf(code: string, who: Answerer): Promise<{ device: DeviceModel; client: ClientModel }> {
    const typed = code.toUpperCase().replace(/[^A-Z]/g, '');
    const device = await (await deps.provider()).DeviceCode.findByUserCode(typed);
    if (device === undefined || device.isExpired || device.accountId !== undefined || device['error'] !== undefined)
      throw fail('CODE_UNKNOWN');
    // Codes are short: who may not use one learns nothing of it.
    const client = await clientOf(device.clientId ?? '', who).catch((error: unknown) => {
      throw error instanceof AppError && error.code === 'ASK_REFUSED' ? fail('CODE_UNKNOWN') : error;
    });
    return { device, client };
  }

  async function waitingOf(id: string, who: Answerer): Promise<{ request: BackchannelModel; client: ClientModel }> {
    const request = await (await deps.provider()).BackchannelAuthenticationRequest.find(id, { ignoreExpiration: true });
    const open = request !== undefined && !request.isExpired && request.grantId === undefined && request.error === undefined;
    if (!open || request.accountId !== who.person) throw fail('ASK_GONE');
    return { request, client: await clientOf(request.clientId ?? '', who) };
  }

  return {
    cookieFor,
    async look(uid, cookie, who) {
      const { asking, client } = await question(uid, cookie, who);
      return askedOf(client, asking.params, who);
    },
    async answer(uid, cookie, who, allow) {
      const { asking, client } = await question(uid, cookie, who);
      if (allow) {
        if (isStale(asking, who, context.clock())) throw fail('PROOF_STALE');
        if (textOf(asking.params['acr_values']) === '2' && acrOf(who) !== '2') throw fail('FACTOR_NEEDED');
        // Somebody else was signed in here: the answer is by who is signed in now.
        if (asking.session?.accountId !== who.person) delete asking.session;
        const { id } = await grant(client, asking.params, who);
        asking.result = {
          login: { accountId: who.person, remember: false, ts: Math.floor(who.proved / 1_000), amr: [...who.methods], acr: acrOf(who) },
          consent: { grantId: id },
        };
      } else asking.result = { error: 'access_denied', error_description: 'the person said no' };
      await asking.save(Math.max(1, asking.exp - Math.floor(context.clock() / 1_000)));
      return asking.returnTo;
    },
    async lookDevice(code, who) {
      const { device, client } = await deviceOf(code, who);
      return askedOf(client, device.params, who, device.deviceInfo ?? {});
    },
    async answerDevice(code, who, allow) {
      const { device, client } = await deviceOf(code, who);
      if (allow) {
        const given = await grant(client, device.params, who);
        Object.assign(device, { accountId: who.person, grantId: given.id, ...sourceOf(device.params, given, who, acrOf(who)) });
      } else Object.assign(device, { error: 'access_denied', errorDescription: 'the person said no' });
      await device.save();
    },
    async waiting(who) {
      // What waits may be from before a restart: the library is loaded for it.
      await deps.provider();
      const rows = await deps.artifacts().ofAccount('BackchannelAuthenticationRequest', who.person);
      const open = rows.filter(({ payload }) => payload['grantId'] === undefined && payload['error'] === undefined);
      return Promise.all(
        open.map(async ({ id, payload }) => ({
          ...askedOf(await clientOf(String(payload['clientId']), who), payload['params'] as Params, who),
          id,
          expires: Number(payload['exp']) * 1_000,
        })),
      );
    },
    async answerWaiting(id, who, allow) {
      const { request, client } = await waitingOf(id, who);
      const provider = await deps.provider();
      if (!allow) return provider.backchannelResult(request, await deps.denied());
      const given = await grant(client, request.params, who);
      const made = await provider.Grant.find(given.id);
      if (made === undefined) throw fail('ASK_GONE');
      await provider.backchannelResult(request, made, {
        acr: acrOf(who),
        amr: who.methods,
        authTime: Math.floor(who.proved / 1_000),
        ...(given.rar.length > 0 ? { rar: given.rar } : {}),
      });
    },
  };
}

type Params = Readonly<Record<string, unknown>>;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isGateScope(scope: string): boolean {
  return (GATEWAY_SCOPES as readonly string[]).includes(scope);
}

function resourcesOf(params: Params): string[] {
  const { resource } = params;
  return (Array.isArray(resource) ? resource : [resource]).filter((one): one is string => typeof one === 'string');
}

function detailsOf(params: Params): JsonObject[] {
  const text = params['authorization_details'];
  if (typeof text !== 'string') return [];
  const read: unknown = JSON.parse(text);
  return Array.isArray(read) ? (read as JsonObject[]) : [];
}

/** What of a tool call may stand in an event: its name and the hash of its arguments. */
function toolsOf(details: readonly JsonObject[]): Record<string, string> {
  const calls = details.map((detail) => `${textOf(detail['tool'])} ${textOf(detail['args_sha256'])}`);
  return calls.length === 0 ? {} : { tool_calls: calls.join(' ').slice(0, 300) };
}

/** A client may ask for a sign-in that is not older than this; `prompt=login` asks for one of this minute. */
function isStale(asking: InteractionModel, who: Answerer, now: number): boolean {
  const { max_age: age, prompt } = asking.params;
  const limit = textOf(prompt).split(' ').includes('login') ? 60 : age === undefined ? undefined : Number(age);
  return limit !== undefined && now - who.proved > Math.max(limit, 60) * 1_000;
}

/** What the library would put into a device's code after its own pages. */
function sourceOf(params: Params, given: { rar: readonly JsonObject[] }, who: Answerer, acr: string): object {
  const [resource] = resourcesOf(params);
  return {
    scope: textOf(params['scope']),
    ...(resource === undefined ? {} : { resource }),
    ...(given.rar.length > 0 ? { rar: given.rar } : {}),
    acr,
    amr: [...who.methods],
    authTime: Math.floor(who.proved / 1_000),
  };
}
