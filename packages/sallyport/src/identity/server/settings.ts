import { isObject } from '../../kernel/index.ts';
import { CLOCK_SKEW, TOKEN_ALGORITHM } from '../access/access_token.ts';
import { GATEWAY_SCOPES } from '../access/principal.ts';
import { ACCESS_SECONDS } from './exchange.ts';

/** Where things are below the issuer's address. */
export const ROUTES = {
  authorization: '/auth',
  backchannel_authentication: '/backchannel',
  code_verification: '/device',
  device_authorization: '/device/auth',
  end_session: '/session/end',
  introspection: '/token/introspection',
  jwks: '/jwks',
  pushed_authorization_request: '/par',
  registration: '/register',
  revocation: '/token/revocation',
  token: '/token',
  userinfo: '/userinfo',
} as const;

export const GRANT = {
  exchange: 'urn:ietf:params:oauth:grant-type:token-exchange',
  workload: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  device: 'urn:ietf:params:oauth:grant-type:device_code',
  backchannel: 'urn:openid:params:grant-type:ciba',
} as const;

const HOUR = 3_600;
/** A working day, as a session at the console: nobody stays signed in over night. */
export const SESSION_SECONDS = 12 * HOUR;
/** What a person allowed an application for longer is asked for again after this. */
export const GRANT_SECONDS = 30 * 24 * HOUR;

/** Lives in seconds. */
export const LIVES = {
  AccessToken: ACCESS_SECONDS,
  ClientCredentials: ACCESS_SECONDS,
  AuthorizationCode: 60,
  BackchannelAuthenticationRequest: 600,
  DeviceCode: 600,
  Grant: GRANT_SECONDS,
  IdToken: HOUR,
  Interaction: 900,
  RefreshToken: GRANT_SECONDS,
  Session: SESSION_SECONDS,
} as const;

/** The parts of the library's configuration that are plain values. */
export const SETTINGS = {
  routes: ROUTES,
  ttl: LIVES,
  scopes: ['openid', 'offline_access', 'profile', ...GATEWAY_SCOPES],
  claims: { openid: ['sub'], profile: ['name', 'tenant'], acr: null, amr: null, auth_time: null, sid: null, iss: null },
  acrValues: ['1', '2'],
  responseTypes: ['code'],
  // A shared secret is a password that nobody chooses well and everybody copies: clients prove a key, or are public and use PKCE.
  clientAuthMethods: ['private_key_jwt', 'none'],
  clientDefaults: {
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    id_token_signed_response_alg: TOKEN_ALGORITHM,
    token_endpoint_auth_method: 'none',
  },
  clockTolerance: CLOCK_SKEW,
  enabledJWA: {
    clientAuthSigningAlgValues: ['ES256', 'Ed25519', 'EdDSA', 'RS256', 'PS256'],
    idTokenSigningAlgValues: [TOKEN_ALGORITHM],
    userinfoSigningAlgValues: [TOKEN_ALGORITHM],
    introspectionSigningAlgValues: [TOKEN_ALGORITHM],
    authorizationSigningAlgValues: [TOKEN_ALGORITHM],
    requestObjectSigningAlgValues: ['ES256', 'Ed25519', 'EdDSA', 'RS256', 'PS256'],
    dPoPSigningAlgValues: ['ES256', 'Ed25519', 'EdDSA'],
  },
} as const;

/** What tokens for the gate look like, and for which scopes. */
export function resourceServer(resource: string, scopes: readonly string[] = GATEWAY_SCOPES): object {
  return {
    scope: scopes.join(' '),
    audience: resource,
    accessTokenTTL: ACCESS_SECONDS,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: TOKEN_ALGORITHM } },
  };
}

/**
 * A tool call that a person is to allow: its name and the SHA-256 of its canonical arguments, so that a consent covers this call and no other;
 * `summary` is what the person reads (RFC 9396).
 */
export const TOOL_CALL = 'tool_call';

/** What is wrong with such a detail; undefined when nothing is. */
export function toolCallProblem(detail: unknown): string | undefined {
  if (!isObject(detail)) return 'it is no object';
  const { type, tool, args_sha256: hash, summary, ...more } = detail as Record<string, unknown>;
  if (type !== TOOL_CALL) return 'it is of another type';
  if (typeof tool !== 'string' || !/^[\w.:/-]{1,200}$/.test(tool)) return 'tool must be the name of a tool';
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) return 'args_sha256 must be 64 hexadecimal digits';
  if (summary !== undefined && (typeof summary !== 'string' || summary.length > 500)) return 'summary must be at most 500 characters';
  const unknown = Object.keys(more).filter((name) => name !== 'locations');
  return unknown.length === 0 ? undefined : `unknown member ${unknown[0]}`;
}
