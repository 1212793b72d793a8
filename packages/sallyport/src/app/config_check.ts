import { isObject, Secret, type Json, type YamlProblem } from '../kernel/index.ts';
import { guardConfigProblems } from '../guard/index.ts';
import { templateProblems } from '../gateway/service.ts';
import { readServers } from '../mcp/index.ts';
import { proxyProblem } from '../net/index.ts';
import { loadConfigured } from '../policy/index.ts';
import { resolveProviders } from '../providers/service.ts';
import { buildConnections } from '../vault/service.ts';
import type { Written } from './config_schema.ts';

/** What references are looked up in. */
export type Sources = Parameters<typeof resolveProviders>[1];

/** One thing wrong in a configuration; `pointer` as in RFC 6901. */
export type ConfigProblem = { readonly pointer: string; readonly message: string };

/** Lists whose entries stand by themselves: what is wrong with one says nothing about the others. */
const LISTS = ['providers', 'rules', 'connections'] as const;
const MAX_PORT = 65_535;

/**
 * What the form does not show: references that lead nowhere, providers that cannot be reached as written, rules that do not compile or
 * fail their tests, patterns, ports and files. Parts whose form is wrong are left out, so that everything comes at once.
 */
export function configProblems(value: unknown, form: readonly YamlProblem[], sources: Sources): ConfigProblem[] {
  if (!isObject(value)) return [];
  const { written, placeOf } = soundPart(value, form);
  return [
    ...providerProblems(written, sources),
    ...policyProblems(written),
    ...guardConfigProblems(written.guards ?? {}).map(({ pointer, message }) => ({ pointer: `/guards${pointer}`, message })),
    ...tenantProblems(written),
    ...templateProblems(written.templates ?? []).map(({ pointer, message }) => ({ pointer: `/templates${pointer}`, message })),
    ...approvalProblems(written, sources),
    ...connectionProblems(written, sources),
    ...mcpProblems(written, sources),
    ...listenProblems(written),
    ...tlsProblems(written, sources),
    ...storeProblems(written, sources),
  ].map(({ pointer, message }) => ({ pointer: placeOf(pointer), message }));
}

type SoundPart = { readonly written: Written; /** The pointer into the value as given. */ readonly placeOf: (pointer: string) => string };

function soundPart(value: { readonly [key: string]: Json }, form: readonly YamlProblem[]): SoundPart {
  const wrong = (pointer: string): boolean => form.some((one) => one.pointer === pointer || one.pointer.startsWith(`${pointer}/`));
  const sound: { [key: string]: Json } = {};
  const kept = new Map<string, readonly number[]>();
  for (const [name, part] of Object.entries(value)) {
    if (!wrong(`/${name}`)) sound[name] = part;
    else if (LISTS.some((list) => list === name) && Array.isArray(part) && !form.some((one) => one.pointer === `/${name}`)) {
      const indices = [...part.keys()].filter((i) => !wrong(`/${name}/${i}`));
      sound[name] = indices.map((i) => part[i] as Json);
      kept.set(name, indices);
    }
  }
  return {
    written: sound,
    placeOf: (pointer) =>
      pointer.replace(/^\/(\w+)\/(\d+)/, (whole, name: string, index: string) => {
        const indices = kept.get(name);
        return indices === undefined ? whole : `/${name}/${indices[Number(index)] ?? index}`;
      }),
  };
}

function providerProblems({ providers }: Written, sources: Sources): ConfigProblem[] {
  const resolved = resolveProviders(providers ?? [], sources);
  return resolved.ok ? [] : resolved.problems.map(({ pointer, message }) => ({ pointer: `/providers${pointer}`, message }));
}

function policyProblems(written: Written): ConfigProblem[] {
  const policy = loadConfigured(written, new Map(), new Set());
  if (policy.ok) return [];
  return policy.problems.map(({ path, rule, message }) => ({ pointer: path, message: rule === '' ? message : `${rule}: ${message}` }));
}

function tenantProblems({ tenants }: Written): ConfigProblem[] {
  return Object.entries(tenants ?? {}).flatMap(([name, { guards }]) => {
    const problems = guardConfigProblems(guards ?? {});
    // One process holds one model; a tenant has its own threshold.
    if (guards?.secondStage !== undefined) problems.push({ pointer: '/secondStage', message: 'is set for the whole installation only' });
    return problems.map(({ pointer, message }) => ({ pointer: `/tenants/${name}/guards${pointer}`, message }));
  });
}

function listenProblems({ listen }: Written): ConfigProblem[] {
  const ports = (['gateway', 'console'] as const).flatMap((name) => {
    const port = Number(listen?.[name]?.split(':').at(-1) ?? 0);
    return port <= MAX_PORT ? [] : [{ pointer: `/listen/${name}`, message: `the port must be 0 to ${MAX_PORT}` }];
  });
  const proxies = (listen?.trustedProxies ?? []).flatMap((proxy, at) => {
    const message = proxyProblem(proxy);
    return message === undefined ? [] : [{ pointer: `/listen/trustedProxies/${at}`, message }];
  });
  return [...ports, ...proxies];
}

function tlsProblems({ tls }: Written, sources: Sources): ConfigProblem[] {
  if (tls === undefined) return [];
  return (['cert', 'key'] as const).flatMap((name) => {
    const text = readOrUndefined(tls[name], sources);
    if (text === undefined) return [{ pointer: `/tls/${name}`, message: `the file ${tls[name]} cannot be read` }];
    return text.includes('-----BEGIN ') ? [] : [{ pointer: `/tls/${name}`, message: `the file ${tls[name]} is no PEM` }];
  });
}

function storeProblems({ store }: Written, sources: Sources): ConfigProblem[] {
  return referenceProblem('/store/url', store?.url, sources);
}

function approvalProblems({ approvals }: Written, sources: Sources): ConfigProblem[] {
  return [
    ...(approvals?.webhooks ?? []).flatMap(({ url }, at) => referenceProblem(`/approvals/webhooks/${at}/url`, url, sources)),
    ...referenceProblem('/approvals/mail/server', approvals?.mail?.server, sources),
  ];
}

function connectionProblems({ connections }: Written, sources: Sources): ConfigProblem[] {
  const { problems } = buildConnections(connections ?? [], (reference) => {
    const [problem] = referenceProblem('', reference, sources);
    return problem?.message ?? new Secret('set');
  });
  return problems.map(({ pointer, message }) => ({ pointer: `/connections${pointer}`, message }));
}

function mcpProblems({ mcp, connections }: Written, sources: Sources): ConfigProblem[] {
  const known = buildConnections(connections ?? [], () => new Secret('set')).connections;
  const { problems } = readServers(mcp ?? {}, {
    resolve: (reference) => referenceProblem('', reference, sources)[0]?.message ?? new Secret('set'),
    connection: (name) => known.get(name),
  });
  return problems.map(({ pointer, message }) => ({ pointer: `/mcp${pointer}`, message }));
}

/** What is wrong with a reference `${env:NAME}` or `${file:PATH}`: that there is nothing behind it. */
function referenceProblem(pointer: string, reference: string | undefined, sources: Sources): ConfigProblem[] {
  const [, from, name] = /^\$\{(env|file):([^{}\s]+)\}$/.exec(reference ?? '') ?? [];
  if (from === undefined || name === undefined) return [];
  if (from === 'env' && (sources.env[name] ?? '') === '') return [{ pointer, message: `the environment variable ${name} is not set` }];
  if (from === 'file' && (readOrUndefined(name, sources)?.trim() ?? '') === '')
    return [{ pointer, message: `the file ${name} cannot be read or is empty` }];
  return [];
}

function readOrUndefined(path: string, sources: Sources): string | undefined {
  try {
    return sources.readFile(path);
  } catch {
    return undefined;
  }
}
