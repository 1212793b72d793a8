import { readFileSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import {
  isObject,
  readJsonText,
  SEVERITIES,
  table,
  visible,
  type Command,
  type CommandContext,
  type Severity,
} from '../../kernel/index.ts';
import { draw, FORMATS, type Format, type NotScanned, type SourceText } from '../../scan/index.ts';
import { fail } from '../errors.ts';
import { readMachine } from '../sandbox/index.ts';
import { ANY_KEYS, APPS, foldersOf, pathOf } from './apps.ts';
import { serversOf, type ConfiguredServer } from './configuration.ts';
import { scanServers, type ListedServer, type McpScan } from './scan.ts';
import { listPlanned, listRemote, planServer, type StartOptions } from './start.ts';

export type McpScanDeps = {
  readonly version: string;
  readonly cwd: string;
  readonly home: string;
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asks the person at the terminal; undefined when nobody is there: then nothing is started. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
};

/** Exit codes, as of `sallyport scan`. */
const [CLEAN, FOUND, INCOMPLETE] = [0, 1, 2];
/** A configuration that is larger was not written for an app. Bytes. */
const MAX_CONFIGURATION = 8_388_608;

/** `sallyport mcp scan [CONFIG...]`. */
export function mcpScanCommand(deps: McpScanDeps): Command {
  return {
    name: 'mcp scan',
    summary:
      'Finds the MCP servers of the editors and apps on this machine, and what is wrong with them; nothing is started unasked, no tool is called.',
    usage: '[CONFIG...]',
    flags: [
      { name: 'yes', summary: 'Start every server (in a sandbox) and reach remote ones, without asking.' },
      { name: 'definitions', value: 'FILE', summary: 'Look through a saved answer to tools/list instead.' },
      {
        name: 'host',
        value: 'HOST',
        many: true,
        summary: 'A host that the servers may reach while they are listed, such as the registry of their packages.',
      },
      { name: 'unsandboxed', summary: 'Start servers without a sandbox where this machine has none.' },
      { name: 'format', value: 'table|json|sarif|html', summary: 'Form of the report (table).' },
      {
        name: 'fail-on',
        value: 'SEVERITY',
        summary: 'Severity from which findings make the exit code 1: info, low (default), medium, high, critical.',
      },
      { name: 'strict', summary: 'Exit code 2 when a server was not listed.' },
    ],
    run: (context) => mcpScan(context, deps),
  };
}

async function mcpScan(context: CommandContext, deps: McpScanDeps): Promise<number> {
  const format = formatOf(context);
  const threshold = severityOf(context.flags['fail-on']);
  const saved = context.flags['definitions'];
  const found = typeof saved === 'string' ? savedDefinitions(saved, deps) : await configured(context, deps);
  const scan = await scanServers(found.files, found.servers, found.unreadable);
  print(context, format, found.servers, scan, deps.version);
  const { findings, notScanned } = scan.result;
  if (context.flags['strict'] === true && notScanned.length > 0) return INCOMPLETE;
  return findings.some(({ severity }) => SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(threshold)) ? FOUND : CLEAN;
}

type Found = {
  readonly files: readonly SourceText[];
  readonly servers: readonly ListedServer[];
  readonly unreadable: readonly NotScanned[];
};

async function configured(context: CommandContext, deps: McpScanDeps): Promise<Found> {
  const { files, servers, unreadable } = findServers(context.args, deps);
  const options: StartOptions = {
    machine: await readMachine(deps.env),
    env: deps.env,
    hosts: [context.flags['host'] ?? []].flat().map(String),
    unsandboxed: context.flags['unsandboxed'] === true,
    product: { name: 'sallyport', version: deps.version },
  };
  const listed: ListedServer[] = [];
  for (const server of servers) {
    context.signal.throwIfAborted();
    listed.push(await listOne(server, context, deps, options));
  }
  return { files, servers: listed, unreadable };
}

async function listOne(server: ConfiguredServer, context: CommandContext, deps: McpScanDeps, options: StartOptions): Promise<ListedServer> {
  const not = (reason: string): ListedServer => ({ ...server, raw: undefined, reason });
  if (server.disabled) return not('switched off');
  if (context.flags['yes'] !== true && deps.ask === undefined) return not('not started: nobody is here to be asked (--yes starts it)');
  const { how } = server;
  const { plan, remove } = planServer(server, options);
  try {
    if (how.kind === 'stdio' && 'refused' in plan) return not(`not started: ${plan.refused}`);
    const question =
      how.kind === 'http'
        ? `Reach ${visible(how.url)}?`
        : `Start \`${visible([how.command, ...how.args].join(' '))}\` (${'refused' in plan ? '' : sandboxSays(plan)})?`;
    if (context.flags['yes'] !== true && (await deps.ask?.(`${visible(server.name)} of ${server.app}. ${question}`)) !== true)
      return not('not started: you did not want it');
    context.note(`${visible(server.name)}: listing`);
    const raw =
      how.kind === 'http'
        ? await listRemote(how.url, how.headers, options)
        : 'refused' in plan
          ? undefined
          : await listPlanned(plan, options);
    return { ...server, raw };
  } catch (error) {
    return not(error instanceof Error ? (error.message.split('\n')[0]?.slice(0, 200) ?? '') : 'it does not answer');
  } finally {
    remove();
  }
}

function sandboxSays({
  kind,
  enforced,
}: {
  readonly kind: string;
  readonly enforced: readonly { readonly protection: string; readonly state: string }[];
}): string {
  const open = enforced.filter(({ state }) => state !== 'enforced').map(({ protection }) => protection);
  return `${kind}${open.length === 0 ? '' : `; not or partly kept: ${open.join(', ')}`}`;
}

/** Configurations that were named, or those of every app that is known. */
function findServers(
  args: readonly string[],
  deps: McpScanDeps,
): { files: SourceText[]; servers: ConfiguredServer[]; unreadable: NotScanned[] } {
  const folders = foldersOf(deps.platform, deps.home, deps.cwd, deps.env);
  const places =
    args.length > 0
      ? args.map((path) => ({ app: 'configuration', file: resolve(deps.cwd, path), keys: ANY_KEYS, named: true }))
      : APPS.flatMap(({ app, files, keys }) => files.map((file) => ({ app, file: pathOf(file, folders), keys, named: false })));
  const files: SourceText[] = [];
  const servers: ConfiguredServer[] = [];
  const unreadable: NotScanned[] = [];
  for (const { app, file, keys, named } of places) {
    const path = shown(file, deps);
    const text = textOf(file);
    if (text === undefined && named) throw fail('MCP_SCAN_PATH', { say: path });
    if (text === undefined || files.some((known) => known.path === path)) continue;
    const read = serversOf({ app, path, text }, keys);
    if (read === undefined) unreadable.push({ path, reason: 'cannot be read as what its name says' });
    else if (read.length > 0 || named) {
      files.push({ path, text });
      servers.push(...read);
    }
  }
  return { files, servers, unreadable };
}

function textOf(file: string): string | undefined {
  try {
    return statSync(file).size > MAX_CONFIGURATION ? undefined : readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Relative to the working folder where it is below, else below home, else whole. */
function shown(file: string, { cwd, home }: McpScanDeps): string {
  const near = relative(cwd, file);
  if (!near.startsWith('..') && near !== '') return near;
  return file.startsWith(`${home}/`) ? `~${file.slice(home.length)}` : file;
}

/** An answer to tools/list (whole message, result, or list of tools), or all lists of one server. */
function savedDefinitions(path: string, deps: McpScanDeps): Found {
  const file = resolve(deps.cwd, path);
  const text = textOf(file);
  const read = text === undefined ? undefined : readJsonText(text);
  if (text === undefined || read?.ok !== true) throw fail('MCP_SCAN_PATH', { say: shown(file, deps) });
  const outer = isObject(read.value) && isObject(read.value['result']) ? read.value['result'] : read.value;
  const raw = Array.isArray(outer) ? { tools: outer } : isObject(outer) ? outer : {};
  const name = shown(file, deps);
  return {
    files: [{ path: name, text }],
    servers: [
      {
        app: 'file',
        path: name,
        name: typeof raw['server'] === 'string' ? raw['server'] : name,
        start: 0,
        end: 0,
        disabled: false,
        how: { kind: 'http', url: '', headers: {} },
        raw,
      },
    ],
    unreadable: [],
  };
}

function print(
  context: CommandContext,
  format: Format,
  servers: readonly ListedServer[],
  { result, combinations }: McpScan,
  version: string,
): void {
  const drawn = draw(result, format, { version, width: context.width, colour: context.colour });
  if (format === 'json') {
    const rows = servers.map(({ app, path, name, how, raw, reason }) => ({
      app,
      path,
      name,
      kind: how.kind,
      listed: raw !== undefined,
      tools: Array.isArray(raw?.tools) ? raw.tools.length : 0,
      ...(reason === undefined ? {} : { reason }),
    }));
    context.out(
      `${JSON.stringify({ servers: rows, combinations, ...(JSON.parse(drawn) as object) }, undefined, 2)
        .split('\n')
        .map(visible)
        .join('\n')}\n`,
    );
    return;
  }
  if (format === 'table')
    context.out(
      table(
        [{ title: 'app' }, { title: 'server' }, { title: 'kind' }, { title: 'tools', align: 'right' }, { title: 'state' }],
        servers.map(({ app, name, how, raw, reason }) => [
          app,
          visible(name),
          how.kind,
          Array.isArray(raw?.tools) ? String(raw.tools.length) : '-',
          raw === undefined ? (reason ?? '') : 'listed',
        ]),
        context.width,
      ),
    );
  context.out(drawn);
}

function formatOf({ flags, json }: CommandContext): Format {
  const given = flags['format'] ?? (json ? 'json' : 'table');
  const format = FORMATS.find((one) => one === given);
  if (format === undefined) throw fail('MCP_SCAN_USAGE', { say: `--format is one of ${FORMATS.join(', ')}.` });
  return format;
}

function severityOf(given: unknown): Severity {
  const severity = SEVERITIES.find((one) => one === (given ?? 'low'));
  if (severity === undefined) throw fail('MCP_SCAN_USAGE', { say: `--fail-on is one of ${SEVERITIES.join(', ')}.` });
  return severity;
}
