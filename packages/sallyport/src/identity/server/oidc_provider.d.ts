/**
 * What we use of `oidc-provider`, and no more: its published types are of an earlier version. Configuration goes in as plain data, checked by the
 * library when it starts.
 */
declare module 'oidc-provider' {
  // A declaration imports nothing at run time; the import order counts an import statement all the same.
  // oxlint-disable-next-line typescript/consistent-type-imports
  type Listener = import('node:http').RequestListener;
  type IncomingMessage = Parameters<Listener>[0];
  type ServerResponse = Parameters<Listener>[1];

  /** What the library keeps of one artifact: members that it chooses, and those that we look at. */
  export type Artifact = {
    [name: string]: unknown;
    jti: string;
    exp?: number;
    clientId?: string;
    accountId?: string;
    grantId?: string;
    scope?: string;
    save(ttl?: number): Promise<string>;
    destroy(): Promise<void>;
  };
  export type Model<T = Artifact> = {
    new (values?: Record<string, unknown>): T;
    find(id: string, options?: { ignoreExpiration?: boolean; ignoreSessionBinding?: boolean }): Promise<T | undefined>;
  };
  export type GrantModel = Artifact & {
    addOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    rejectResourceScope(resource: string, scope: string): void;
    addRar(detail: object): void;
  };
  export type InteractionModel = Artifact & {
    uid: string;
    returnTo: string;
    params: Record<string, unknown>;
    prompt: { name: string; reasons: string[]; details: Record<string, unknown> };
    session?: { uid?: string; accountId?: string } | undefined;
    result?: object;
    exp: number;
  };
  /** That a browser is signed in: the person, and each application that it was sent back to. */
  export type SessionModel = {
    readonly uid: string;
    readonly accountId?: string;
    readonly loginTs?: number;
    readonly authorizations?: Readonly<Record<string, { readonly sid?: string; readonly grantId?: string }>>;
  };
  export type DeviceModel = Artifact & { params: Record<string, unknown>; deviceInfo?: { ip?: string; ua?: string }; isExpired: boolean };
  export type BackchannelModel = Artifact & { params: Record<string, unknown>; isExpired: boolean; error?: string };
  export type TokenModel = Artifact & {
    resourceServer: object;
    rar?: unknown;
    expiration: number;
    tokenType: string;
    setThumbprint(kind: 'jkt', thumbprint: string): void;
  };
  export type ClientModel = {
    readonly clientId: string;
    readonly clientName?: string;
    readonly clientUri?: string;
    readonly clientAuthMethod: string;
    readonly redirectUris?: readonly string[];
    readonly backchannelLogoutUri?: string;
    grantTypeAllowed(type: string): boolean;
    postLogoutRedirectUriAllowed(uri: string): boolean;
    backchannelLogout(sub: string, sid: string): Promise<void>;
  };

  export type OidcContext = {
    readonly provider: Provider;
    readonly route: string;
    readonly client?: ClientModel;
    readonly params?: Record<string, unknown>;
    readonly entities: Record<string, Artifact | undefined>;
    readonly session?: { accountId?: string; loginTs?: number };
    readonly result?: { login?: object };
  };
  /** Koa's context with the library's own. `oidc` is there once a route was found. */
  export type Context = {
    readonly req: IncomingMessage;
    /** By `x-forwarded-for`, which `server/service.ts` writes itself. */
    readonly ip: string;
    readonly res: ServerResponse;
    readonly path: string;
    readonly method: string;
    readonly state: Record<string, unknown>;
    readonly oidc?: OidcContext;
    status: number;
    type: string;
    body: unknown;
    get(header: string): string;
  };

  export class Provider {
    constructor(issuer: string, configuration: object);
    readonly issuer: string;
    proxy: boolean;
    readonly Grant: Model<GrantModel>;
    readonly Client: { find(id: string): Promise<ClientModel | undefined>; validate(metadata: object): Promise<void> };
    readonly Interaction: Model<InteractionModel>;
    readonly DeviceCode: Model<DeviceModel> & {
      findByUserCode(code: string, options?: { ignoreExpiration?: boolean }): Promise<DeviceModel | undefined>;
    };
    readonly BackchannelAuthenticationRequest: Model<BackchannelModel>;
    readonly AccessToken: Model<TokenModel>;
    readonly Session: { get(ctx: Context): Promise<SessionModel> };
    readonly ResourceServer: new (identifier: string, info: object) => object;
    cookieName(kind: 'session'): string;
    createContext(request: IncomingMessage, response: ServerResponse): Context;
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
    use(middleware: (ctx: Context, next: () => Promise<void>) => Promise<void>): this;
    on(event: 'server_error', listener: (ctx: Context, error: Error) => void): this;
    on(event: 'grant.revoked', listener: (ctx: Context, grant: string) => void): this;
    registerGrantType(
      name: string,
      handler: (ctx: Context) => Promise<void>,
      parameters: readonly string[],
      repeatable?: readonly string[],
    ): void;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<InteractionModel>;
    backchannelResult(
      request: BackchannelModel,
      result: GrantModel | Error,
      details?: { acr?: string; amr?: readonly string[]; authTime?: number; rar?: unknown },
    ): Promise<void>;
  }
  export default Provider;

  type OidcError = new (description?: string, detail?: string) => Error;
  export const errors: {
    readonly InvalidGrant: OidcError;
    readonly InvalidRequest: OidcError;
    readonly InvalidScope: new (description: string, scope?: string) => Error;
    readonly InvalidTarget: OidcError;
    readonly InvalidClient: OidcError;
    readonly InvalidAuthorizationDetails: OidcError;
    readonly InvalidBindingMessage: OidcError;
    readonly UnknownUserId: OidcError;
    readonly AccessDenied: OidcError;
  };
  export type CheckResult = boolean;
  export const interactionPolicy: {
    base(): {
      get(name: string): { checks: { add(check: object): void } };
    };
    Check: {
      new (reason: string, description: string, check: (ctx: Context) => CheckResult): object;
      readonly REQUEST_PROMPT: CheckResult;
      readonly NO_NEED_TO_PROMPT: CheckResult;
    };
  };
}

declare module 'oidc-provider/lib/helpers/validate_dpop.js' {
  import type { Context, Provider } from 'oidc-provider';

  type Proof = { readonly thumbprint: string; readonly jti: string };
  export default function validateDpop(provider: Provider, ctx: Context): Promise<Proof | undefined>;
  export function checkDpopReplay(provider: Provider, ctx: Context, proof: Proof | undefined, clientId: string): Promise<void>;
}
