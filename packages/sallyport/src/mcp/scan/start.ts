import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import type { RawDefinitions } from '../definitions/index.ts';
import {
  planSandbox,
  startSandboxed,
  type SandboxLimits,
  type SandboxMachine,
  type SandboxPlan,
  type SandboxRefusal,
} from '../sandbox/index.ts';
import type { ConfiguredServer } from './configuration.ts';
import { listDefinitions } from './lister.ts';
import { overHttp, overPipes } from './transport.ts';

/** Enough to download a package and say what it is. */
const LIMITS: SandboxLimits = {
  memoryBytes: 2_147_483_648,
  cpuSeconds: 120,
  milliseconds: 180_000,
  processes: 200,
  outputBytes: 67_108_864,
};
/** Variables in which runners of packages are told where to get them. Without one, no host is reached that was not named. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  npx: ['npm_config_registry', 'NPM_CONFIG_REGISTRY'],
  npm: ['npm_config_registry', 'NPM_CONFIG_REGISTRY'],
  pnpm: ['npm_config_registry', 'NPM_CONFIG_REGISTRY'],
  bunx: ['npm_config_registry', 'NPM_CONFIG_REGISTRY'],
  uvx: ['UV_DEFAULT_INDEX', 'UV_INDEX_URL'],
  uv: ['UV_DEFAULT_INDEX', 'UV_INDEX_URL'],
  pipx: ['PIP_INDEX_URL'],
};

export type StartOptions = {
  readonly machine: SandboxMachine;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly hosts: readonly string[];
  readonly unsandboxed: boolean;
  readonly product: { readonly name: string; readonly version: string };
};

/** How a server would be started; its own folder is made, and removed by `remove`. */
export function planServer(
  { how }: ConfiguredServer,
  options: StartOptions,
): { readonly plan: SandboxPlan | SandboxRefusal; readonly remove: () => void } {
  if (how.kind === 'http') return { plan: { refused: 'it is not started' }, remove: () => undefined };
  const program = resolveProgram(how.command, options.env);
  if (program === undefined) return { plan: { refused: `the program ${how.command} is not there` }, remove: () => undefined };
  const top = mkdtempSync(join(tmpdir(), 'sallyport-mcp-'));
  const folder = join(top, 'home');
  mkdirSync(folder);
  const runner = program.split('/').at(-1) ?? '';
  const given = Object.fromEntries(
    (SOURCES[runner] ?? []).flatMap((name): [string, string][] => (options.env[name] === undefined ? [] : [[name, options.env[name]]])),
  );
  const plan = planSandbox(
    {
      command: program,
      args: how.args,
      env: { ...given, ...how.env },
      folder,
      readable: [...new Set([installOf(program), ...how.args.flatMap(codeOf)])],
      empty: how.args.filter(isFolder),
      hosts: [...Object.values(given).flatMap(hostOf), ...options.hosts],
      limits: LIMITS,
      accept: options.unsandboxed ? ['unsandboxed', 'open_network'] : [],
    },
    options.machine,
  );
  return { plan, remove: () => rmSync(top, { recursive: true, force: true }) };
}

/** Starts a planned server, has it say what it has, and ends it. Rejects with an Error in plain words. */
export async function listPlanned(plan: SandboxPlan, { product }: StartOptions): Promise<RawDefinitions> {
  const program = await startSandboxed(plan);
  try {
    return await listDefinitions(overPipes(program), product);
  } finally {
    program.kill();
    await program.exit;
  }
}

/** The same for a remote server: nothing is started here. */
export function listRemote(url: string, headers: Readonly<Record<string, string>>, { product }: StartOptions): Promise<RawDefinitions> {
  return listDefinitions(overHttp(url, headers), product);
}

function resolveProgram(command: string, { PATH = '' }: StartOptions['env']): string | undefined {
  const places = isAbsolute(command)
    ? [command]
    : PATH.split(delimiter).flatMap((folder) => (folder === '' || command.includes('/') ? [] : [join(folder, command)]));
  return places.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** What a program was installed with: the folder above its `bin`, links resolved; that of the system is there already. */
function installOf(program: string): string {
  const real = realpathSync(program);
  const at = real.lastIndexOf('/bin/');
  if (at > 0) return real.slice(0, at);
  const lib = real.lastIndexOf('/lib/node_modules/');
  return lib > 0 ? real.slice(0, lib) : dirname(real);
}

/** The package that a script among the arguments belongs to; other files stay unread. */
function codeOf(argument: string): string[] {
  if (!isAbsolute(argument) || !/\.(?:[cm]?[jt]s|py|jar|dll|exe|sh)$/.test(argument) || !existsSync(argument)) return [];
  const real = realpathSync(argument);
  // What a package needs stands beside it.
  const installed = real.indexOf('/node_modules/');
  if (installed > 0) return [real.slice(0, installed + '/node_modules'.length)];
  for (let folder = dirname(real); folder !== dirname(folder); folder = dirname(folder))
    if (['package.json', 'pyproject.toml', 'setup.py'].some((name) => existsSync(join(folder, name)))) return [folder];
  return [dirname(real)];
}

function hostOf(address: string): string[] {
  const url = URL.parse(address);
  if (url === null) return [];
  return [`${url.hostname}:${url.port === '' ? (url.protocol === 'http:' ? '80' : '443') : url.port}`];
}

function isFolder(argument: string): boolean {
  return isAbsolute(argument) && existsSync(argument) && statSync(argument).isDirectory();
}
