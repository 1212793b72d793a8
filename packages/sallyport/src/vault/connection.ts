import type { Secret } from '../kernel/index.ts';
import { CATALOGUE, type ApiService, type OAuthFacts, type Put } from './catalogue.ts';
import type { ConnectionConfig } from './config.ts';
import { compileRules, type EgressRule } from './rules.ts';

/** A connection as it is used: the service's facts with the configuration's over them. */
export type Connection = {
  readonly name: string;
  readonly title: string;
  /** Without a slash at its end. */
  readonly api: string;
  /** Every host that may get the credential, that of `api` first. */
  readonly hosts: readonly string[];
  readonly oauth: OAuthFacts | undefined;
  readonly clientId: string;
  readonly clientSecret: Secret | undefined;
  readonly scopes: readonly string[];
  readonly put: Put;
  readonly headers: ReadonlySet<string>;
  readonly rules: readonly EgressRule[];
};

export type ConnectionProblem = { readonly pointer: string; readonly message: string };

const BEARER: Put = { header: 'authorization', prefix: 'Bearer ' };
const NOTHING: ApiService = { title: '', api: '' };

/** Builds the connections; `resolve` answers the value behind a reference, or what is wrong with it. All problems at once. */
export function buildConnections(
  entries: readonly ConnectionConfig[],
  resolve: (reference: string) => Secret | string,
): { readonly connections: ReadonlyMap<string, Connection>; readonly problems: readonly ConnectionProblem[] } {
  const connections = new Map<string, Connection>();
  const problems: ConnectionProblem[] = [];
  for (const [at, entry] of entries.entries()) {
    const wrong = (where: string, message: string): void => void problems.push({ pointer: `/${at}${where}`, message });
    if (connections.has(entry.name)) wrong('/name', `two connections are named ${entry.name}`);
    const built = build(entry, resolve, wrong);
    if (built !== undefined) connections.set(entry.name, built);
  }
  return { connections, problems };
}

function build(
  entry: ConnectionConfig,
  resolve: (reference: string) => Secret | string,
  wrong: (where: string, message: string) => void,
): Connection | undefined {
  const service = CATALOGUE[entry.service] ?? NOTHING;
  const fill = (text: string, where: string): string =>
    text.replace(/\{([a-z]+)\}/g, (_, name: string) => {
      const value = entry.parameters?.[name] ?? service.parameters?.[name];
      if (value === undefined) wrong('/parameters', `${where} needs the parameter ${name}`);
      return value ?? 'missing';
    });
  const written = fill(entry.api ?? service.api, 'api');
  const api = URL.parse(written)?.href.replace(/\/+$/, '') ?? '';
  const oauth = entry.service === 'api_key' ? undefined : oauthOf(entry, service, fill, wrong);
  if (oauth !== undefined && entry.clientId === undefined)
    wrong('', 'needs clientId: the service gives one when this gate is registered there');
  let clientSecret: Secret | undefined;
  if (entry.clientSecret !== undefined) {
    const found = resolve(entry.clientSecret);
    if (typeof found === 'string') wrong('/clientSecret', found);
    else clientSecret = found;
  }
  if (oauth !== undefined && oauth.client !== 'none' && entry.clientSecret === undefined) wrong('', 'needs clientSecret');
  const rules = compileRules(entry.rules);
  if (!rules.ok) for (const { at, message } of rules.problems) wrong(`/rules/${at}/when`, message);
  if (api === '') {
    wrong('', 'needs api: the address of its API');
    return undefined;
  }
  return {
    name: entry.name,
    title: service.title === '' ? entry.name : service.title,
    api,
    hosts: [...new Set([new URL(api).host, ...(service.hosts ?? []), ...(entry.hosts ?? [])])],
    oauth,
    clientId: entry.clientId ?? '',
    clientSecret,
    scopes: [...new Set([...(entry.scopes ?? []), ...(oauth?.offline ?? [])])],
    put: entry.put ?? service.put ?? BEARER,
    headers: new Set([...(service.headers ?? []), ...(entry.headers ?? [])]),
    rules: rules.ok ? rules.rules : [],
  };
}

function oauthOf(
  entry: ConnectionConfig,
  service: ApiService,
  fill: (text: string, where: string) => string,
  wrong: (where: string, message: string) => void,
): OAuthFacts | undefined {
  const { authorize = service.oauth?.authorize, token = service.oauth?.token, revoke = service.oauth?.revoke, ...rest } = entry.oauth ?? {};
  if (authorize === undefined || token === undefined) {
    if (entry.service === 'oauth2') wrong('/oauth', 'needs oauth.authorize and oauth.token');
    return undefined;
  }
  const facts: OAuthFacts = {
    ...{ pkce: 'S256', scopeSeparator: ' ', client: 'post' },
    ...service.oauth,
    ...rest,
    authorize: fill(authorize, 'oauth.authorize'),
    token: fill(token, 'oauth.token'),
    ...(revoke === undefined ? {} : { revoke: fill(revoke, 'oauth.revoke') }),
  };
  return facts;
}
