import type { SchemaProblem, Secret } from '../kernel/index.ts';
import type { Api } from '../message/index.ts';
import { outboundUrl, type Allow } from '../net/index.ts';
import type { Kind } from './call.ts';
import { DEFAULT_CONCURRENT, DEFAULT_RETRIES, DEFAULT_TIMEOUTS, type ProviderEntry } from './config.ts';
import { KIND_DEFAULTS, PRESETS, type AuthHeader, type Preset } from './presets.ts';
import { lookUp, parseReference, type Sources } from './reference.ts';

/** Where a provider's key is. A sealed one may come and go while the gate runs. */
export type KeySource =
  | { readonly from: 'value'; readonly secret: Secret }
  | { readonly from: 'sealed'; readonly name: string }
  | { readonly from: 'none' };

/** One provider with everything filled in. Times are milliseconds. */
export type ProviderSettings = {
  readonly name: string;
  readonly kind: Exclude<Kind, 'practice'>;
  readonly preset: string | undefined;
  readonly origin: string;
  /** Path before the endpoint's own, without a slash at its end. */
  readonly path: string;
  /** Which addresses the origin may lead to: a preset's own address only public ones. */
  readonly allow: Allow;
  readonly ca: string | undefined;
  readonly auth: AuthHeader;
  readonly key: KeySource;
  readonly headers: readonly (readonly [name: string, value: string | Secret])[];
  readonly azure: { readonly form: 'v1' | 'deployments'; readonly apiVersion: string | undefined } | undefined;
  readonly endpoints: ReadonlySet<Api>;
  /** Patterns that were written down, or are the preset's own. */
  readonly models: readonly string[];
  /** The preset serves anybody's models and nothing was written down: any name after `name/`. */
  readonly anyModel: boolean;
  readonly alias: ReadonlyMap<string, string>;
  readonly priority: number;
  readonly weight: number;
  readonly retries: number;
  readonly timeouts: { readonly connect: number; readonly headers: number; readonly idle: number; readonly total: number };
  readonly maxConcurrent: number;
  readonly discover: boolean;
};

/** The api-version of the deployments form when none is given: the last one that is generally available and not retired. */
const AZURE_API_VERSION = '2024-10-21';
/** The built-in provider's name. */
const RESERVED = new Set(['practice']);
/** Headers that are ours to set: framing, addressing, and the credential, which belongs in apiKey. */
const OWN_HEADERS = new Set([
  'host', 'content-length', 'content-type', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade', 'te', 'trailer', 'expect',
  'accept-encoding', 'authorization', 'x-api-key', 'api-key', 'cookie', 'proxy-authorization', 'proxy-connection',
]); // prettier-ignore

export type ResolvedProviders = { ok: true; providers: readonly ProviderSettings[] } | { ok: false; problems: readonly SchemaProblem[] };

/**
 * Fills in presets and defaults and looks up the references, and reports everything that is wrong at once. Pointers are relative to the
 * value of `providers:` (RFC 6901).
 */
export function resolveProviders(entries: readonly ProviderEntry[], sources: Sources): ResolvedProviders {
  const problems: SchemaProblem[] = [];
  const seen = new Set<string>();
  const providers = entries.map((entry, index) => {
    const report: Report = (key, message) => {
      problems.push({ pointer: `/${index}${key}`, message });
      return undefined;
    };
    if (seen.has(entry.name)) report('/name', `two providers are called ${entry.name}`);
    if (RESERVED.has(entry.name)) report('/name', `${entry.name} is the built-in provider`);
    seen.add(entry.name);
    return resolveOne(entry, sources, report);
  });
  const complete = providers.filter((one) => one !== undefined);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, providers: complete };
}

type Report = (key: string, message: string) => undefined;

function resolveOne(entry: ProviderEntry, sources: Sources, report: Report): ProviderSettings | undefined {
  const preset: Preset | undefined = entry.preset === undefined ? undefined : PRESETS[entry.preset];
  const kind = entry.kind ?? preset?.kind;
  if (kind === undefined) return report('', 'missing kind (or preset)');
  if (preset !== undefined && kind !== preset.kind) report('/kind', `the preset ${entry.preset} is of kind ${preset.kind}`);
  const address = resolveAddress(entry, kind, preset, report);
  const key = resolveKey(entry, preset, sources, report);
  const headers = resolveHeaders(entry, sources, report);
  const ca = resolveCa(entry, sources, report);
  const models = entry.models ?? preset?.models;
  if (models === undefined) report('', 'missing models');
  if (address === undefined || models === undefined) return undefined;
  const anyModel = entry.models === undefined && models.includes('*');
  return {
    name: entry.name,
    kind,
    preset: entry.preset,
    ...address,
    ca,
    auth: preset?.auth ?? KIND_DEFAULTS[kind].auth,
    key,
    headers,
    endpoints: new Set(entry.endpoints ?? endpointsOf(kind, preset, address.azure)),
    models: anyModel ? models.filter((pattern) => pattern !== '*') : models,
    anyModel,
    alias: new Map(Object.entries(entry.alias ?? {})),
    priority: entry.priority ?? 0,
    weight: entry.weight ?? 1,
    retries: entry.retries ?? DEFAULT_RETRIES,
    timeouts: {
      connect: (entry.timeouts?.connect ?? DEFAULT_TIMEOUTS.connect) * 1000,
      headers: (entry.timeouts?.headers ?? DEFAULT_TIMEOUTS.headers) * 1000,
      idle: (entry.timeouts?.idle ?? DEFAULT_TIMEOUTS.idle) * 1000,
      total: (entry.timeouts?.total ?? DEFAULT_TIMEOUTS.total) * 1000,
    },
    maxConcurrent: entry.maxConcurrent ?? DEFAULT_CONCURRENT,
    discover: entry.discover ?? true,
  };
}

type Address = Pick<ProviderSettings, 'origin' | 'path' | 'allow' | 'azure'>;

function resolveAddress(
  entry: ProviderEntry,
  kind: ProviderSettings['kind'],
  preset: Preset | undefined,
  report: Report,
): Address | undefined {
  const written = entry.baseUrl ?? preset?.baseUrl;
  if (entry.apiVersion !== undefined && kind !== 'azure-openai') report('/apiVersion', 'only Azure OpenAI has an apiVersion');
  if (written === undefined) return report('', 'missing baseUrl');
  const url = readUrl(written);
  if (typeof url === 'string') return report('/baseUrl', url);
  // What the operator wrote down may be private; so may a preset that stands for this very machine.
  const allow: Allow = entry.baseUrl !== undefined || url.hostname === 'localhost' ? 'as-written' : 'public';
  const path = url.pathname.replace(/\/+$/, '');
  if (kind === 'anthropic') return { origin: url.origin, path: path.replace(/\/v1$/, ''), allow, azure: undefined };
  if (kind === 'openai') return { origin: url.origin, path, allow, azure: undefined };
  return azureAddress(entry, url, path, allow, report);
}

function azureAddress(entry: ProviderEntry, url: URL, path: string, allow: Allow, report: Report): Address {
  if (path.endsWith('/openai/v1')) return { origin: url.origin, path, allow, azure: { form: 'v1', apiVersion: entry.apiVersion } };
  if (path !== '' && path !== '/openai') report('/baseUrl', 'give the resource (https://NAME.openai.azure.com) or its /openai/v1');
  return { origin: url.origin, path: '/openai', allow, azure: { form: 'deployments', apiVersion: entry.apiVersion ?? AZURE_API_VERSION } };
}

function readUrl(text: string): URL | string {
  try {
    const url = outboundUrl(text);
    return url.search === '' && url.hash === '' ? url : 'must have neither query nor fragment';
  } catch {
    return 'must be an absolute http or https address without user name and password';
  }
}

function endpointsOf(kind: ProviderSettings['kind'], preset: Preset | undefined, azure: ProviderSettings['azure']): readonly Api[] {
  const all = preset?.endpoints ?? KIND_DEFAULTS[kind].endpoints;
  return azure?.form === 'deployments' ? all.filter((api) => api !== 'responses') : all;
}

function resolveKey(entry: ProviderEntry, preset: Preset | undefined, sources: Sources, report: Report): KeySource {
  if (entry.apiKey === undefined) {
    if (preset?.keyNeeded === true) report('', 'missing apiKey');
    return { from: 'none' };
  }
  const reference = parseReference(entry.apiKey);
  if (reference === undefined) {
    report('/apiKey', 'must be ${env:NAME}, ${file:PATH} or ${sealed:NAME}');
    return { from: 'none' };
  }
  if (reference.from === 'sealed') return { from: 'sealed', name: reference.name };
  const found = lookUp(reference, sources);
  if (found.ok) return { from: 'value', secret: found.secret };
  report('/apiKey', found.problem);
  return { from: 'none' };
}

function resolveHeaders(entry: ProviderEntry, sources: Sources, report: Report): ProviderSettings['headers'] {
  return Object.entries(entry.headers ?? {}).flatMap(([given, value]): [string, string | Secret][] => {
    const name = given.toLowerCase();
    const pointer = `/headers/${given.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) report(pointer, 'is no header name');
    else if (OWN_HEADERS.has(name)) report(pointer, 'this header is set by Sallyport');
    const reference = parseReference(value);
    if (reference?.from === 'sealed') report(pointer, 'sealed keys are for apiKey only');
    else if (reference !== undefined) {
      const found = lookUp(reference, sources);
      if (found.ok) return [[name, found.secret]];
      report(pointer, found.problem);
    } else if (!/^[\u0020-\u007e]*$/.test(value)) report(pointer, 'may hold visible ASCII characters only');
    return [[name, value]];
  });
}

function resolveCa(entry: ProviderEntry, sources: Sources, report: Report): string | undefined {
  if (entry.ca === undefined) return undefined;
  try {
    const text = sources.readFile(entry.ca);
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
    report('/ca', `the file ${entry.ca} holds no certificate`);
  } catch {
    report('/ca', `the file ${entry.ca} cannot be read`);
  }
  return undefined;
}
