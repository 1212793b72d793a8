import type { Secret } from '../../kernel/index.ts';
import type { McpConfig, ServerConfig } from '../config.ts';
import { codeServer } from '../code/index.ts';
import type { SandboxRequest } from '../sandbox/index.ts';
import type { Asking } from './asking.ts';

/** How a server is reached. */
export type Reach =
  | {
      readonly kind: 'http';
      readonly url: URL;
      /** A credential of the gate's own for everybody, or the account of who asks, at a connection of the vault; neither for open servers. */
      readonly credential:
        | { readonly kind: 'fixed'; readonly header: string; readonly value: Secret }
        | { readonly kind: 'connection'; readonly name: string }
        | undefined;
    }
  | ({
      readonly kind: 'stdio';
      readonly env: Readonly<Record<string, Secret>>;
      readonly memoryMiB: number;
      /** Each process of it has a folder of its own, which ends with it. */
      readonly fresh?: boolean;
    } & Pick<SandboxRequest, 'command' | 'args' | 'readable' | 'hosts' | 'image' | 'accept' | 'spawns'>);

/** A server as the gateway works with it. */
export type ServerSpec = {
  readonly name: string;
  readonly reach: Reach;
  /** Patterns of the tools that are offered to anybody; none: all. */
  readonly tools: readonly string[];
  readonly access: readonly { readonly who: readonly string[]; readonly tools: readonly string[] }[] | undefined;
  /** What the server may ask of whoever calls it. */
  readonly mayAsk: readonly Asking[];
  readonly callsPerMinute: number | null;
  readonly timeoutMs: number;
};

export type SpecProblem = { readonly pointer: string; readonly message: string };

const TIMEOUT_SECONDS = 60;
const MEMORY_MIB = 1_024;
const STDIO_ONLY = ['args', 'env', 'readable', 'hosts', 'image', 'accept', 'memoryMiB'] as const;

/**
 * Reads the servers of a configuration; `resolve` answers the value behind a reference (or the text itself), or what is wrong with it;
 * `connection` the addresses of a connection. All problems at once; a server with a problem is left out.
 */
export function readServers(
  config: McpConfig,
  sources: {
    resolve(reference: string): Secret | string;
    connection(name: string): { readonly hosts: readonly string[]; readonly put: object } | undefined;
  },
): { readonly servers: ReadonlyMap<string, ServerSpec>; readonly problems: readonly SpecProblem[] } {
  const servers = new Map<string, ServerSpec>();
  const problems: SpecProblem[] = [];
  const names = new Set<string>();
  for (const [at, entry] of (config.servers ?? []).entries()) {
    const before = problems.length;
    const wrong = (where: string, message: string): void => void problems.push({ pointer: `/servers/${at}${where}`, message });
    if (names.has(entry.name)) wrong('/name', `two servers are named ${entry.name}`);
    names.add(entry.name);
    const reach = reachOf(entry, sources, wrong);
    if (reach === undefined || problems.length > before) continue;
    servers.set(entry.name, {
      name: entry.name,
      reach,
      tools: entry.tools ?? [],
      access: entry.access?.map(({ who, tools = [] }) => ({ who, tools })),
      mayAsk: entry.mayAsk ?? [],
      callsPerMinute: entry.callsPerMinute ?? null,
      timeoutMs: (entry.timeoutSeconds ?? TIMEOUT_SECONDS) * 1_000,
    });
  }
  return { servers, problems };
}

type Wrong = (where: string, message: string) => void;
type Sources = Parameters<typeof readServers>[1];

function reachOf(entry: ServerConfig, sources: Sources, wrong: Wrong): Reach | undefined {
  if ([entry.url, entry.command, entry.builtin].filter((way) => way !== undefined).length !== 1) {
    wrong('', 'needs either url or command');
    return undefined;
  }
  if (entry.builtin !== undefined) return builtinOf(entry, wrong);
  return entry.url === undefined ? stdioOf(entry, sources, wrong) : httpOf(entry, entry.url, sources, wrong);
}

/** What comes with the gate takes no settings of a program or an address but its memory; nothing starts it without a sandbox. */
function builtinOf(entry: ServerConfig, wrong: Wrong): Reach {
  for (const name of [...STDIO_ONLY, 'credential', 'connection', 'header'] as const)
    if (name !== 'memoryMiB' && entry[name] !== undefined) wrong(`/${name}`, 'is not for servers that come with the gate');
  return { kind: 'stdio', ...codeServer(), env: {}, memoryMiB: entry.memoryMiB ?? MEMORY_MIB, fresh: true, spawns: true };
}

function httpOf(entry: ServerConfig, written: string, sources: Sources, wrong: Wrong): Reach | undefined {
  for (const name of STDIO_ONLY) if (entry[name] !== undefined) wrong(`/${name}`, 'is for servers with a command');
  const url = URL.parse(written);
  if (url === null || url.username !== '' || url.password !== '') {
    wrong('/url', 'is no address, or holds a credential');
    return undefined;
  }
  const { credential, connection, header = 'authorization' } = entry;
  if (credential !== undefined && connection !== undefined) wrong('/connection', 'a server has a credential or a connection, not both');
  if (entry.header !== undefined && credential === undefined) wrong('/header', 'is for servers with a credential');
  if (connection !== undefined) {
    const found = sources.connection(connection);
    if (found === undefined) wrong('/connection', `there is no connection named ${connection}`);
    else if ('query' in found.put) wrong('/connection', `${connection} puts its credential into the query, which MCP forbids`);
    else if (!found.hosts.includes(url.host)) wrong('/connection', `the credential of ${connection} is for ${found.hosts.join(', ')} only`);
    return { kind: 'http', url, credential: { kind: 'connection', name: connection } };
  }
  if (credential === undefined) return { kind: 'http', url, credential: undefined };
  const value = sources.resolve(credential);
  if (typeof value === 'string') {
    wrong('/credential', value);
    return undefined;
  }
  return { kind: 'http', url, credential: { kind: 'fixed', header, value } };
}

function stdioOf(entry: ServerConfig, sources: Sources, wrong: Wrong): Reach {
  for (const name of ['credential', 'connection', 'header'] as const)
    if (entry[name] !== undefined) wrong(`/${name}`, 'is for servers with a url; one with a command gets its secrets by env');
  const env: Record<string, Secret> = {};
  for (const [name, text] of Object.entries(entry.env ?? {})) {
    const value = sources.resolve(text);
    if (typeof value === 'string') wrong(`/env/${name}`, value);
    else env[name] = value;
  }
  const { command = '', args = [], readable = [], hosts = [], image, accept = [], memoryMiB = MEMORY_MIB } = entry;
  return { kind: 'stdio', command, args, env, readable, hosts, accept, memoryMiB, ...(image === undefined ? {} : { image }) };
}
