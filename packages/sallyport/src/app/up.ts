import { existsSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { userInfo } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AppError, DEFAULT_TENANT, type Command, type CommandContext, type Logger } from '../kernel/index.ts';
import { isLoopback, listenOnHosts, type Listening } from '../net/index.ts';
import { socketFile } from '../control/index.ts';
import { createGatewayServer } from '../gateway/service.ts';
import { configOf, problemLines, readConfigFile, type Config, type LoadedConfig } from './config.ts';
import { addAuthorizationServer } from './authorization.ts';
import { addConsole } from './console_pages.ts';
import { fail } from './errors.ts';
import { keepHeap } from './heap.ts';
import { openApp, type App } from './open.ts';

const LOOPBACK: readonly string[] = ['127.0.0.1', '::1'];
const DEFAULT_GATEWAY = 8100;
const DEFAULT_CONSOLE = 8101;
/** Ports that are tried after a taken default. */
const NEXT_PORTS = 20;
/** Time for requests under way to end after the signal to stop. */
const DRAIN_MS = 10_000;
/** Editors write a file in several steps; the configuration is read after the last of them. */
const SETTLE_MS = 150;

export type UpDeps = { readonly env: Readonly<Record<string, string | undefined>>; readonly clock: () => number; readonly logger: Logger };

/** `sallyport up`: opens everything, listens, and stays until it is told to stop. */
export function upCommand(deps: UpDeps): Command {
  return {
    name: 'up',
    summary: 'Starts the gate: gateway port, console port and the local socket for commands.',
    flags: [
      { name: 'gateway-port', value: 'N', summary: 'Port of the gateway; 0 takes a free one. 8100 by default, or the next free one.' },
      { name: 'console-port', value: 'N', summary: 'Port of the console; 0 takes a free one. 8101 by default, or the next free one.' },
      { name: 'ready-file', value: 'FILE', summary: 'Written when everything answers: {gateway, console, setupUrl}.' },
    ],
    run: (context) => up(context, deps),
  };
}

async function up(context: CommandContext, deps: UpDeps): Promise<number> {
  const { file, config } = configOf(context.configFile);
  const places = placesOf(config, context);
  let stop: (error?: Error) => void = () => {};
  const stopped = new Promise<Error | undefined>((done) => (stop = done));
  // Before anything opens: whoever ends the process while it starts is heard as well.
  context.signal.addEventListener('abort', () => stop());
  const app = await openApp({
    dataDir: context.dataDir,
    config,
    env: deps.env,
    logger: deps.logger,
    clock: deps.clock,
    onFatal: (error) => stop(error),
  });
  let listening: readonly Listening[] = [];
  try {
    const ports = await listen(app, config, places, context);
    app.at(ports.gatewayUrl, ports.consoleUrl);
    listening = [ports.gateway];
    const unwatch = watchConfig(file, config, app, deps.logger);
    collectStartUp();
    await announce(context, app, config, ports, deps.env);
    const fault = await stopped;
    unwatch();
    context.note('Stopping: requests under way may end.\n');
    await app.gateway.drain(DRAIN_MS);
    return fault === undefined ? 0 : 1;
  } finally {
    await Promise.all(listening.map((one) => one.close()));
    await app.close();
  }
}

type Ports = { readonly gateway: Listening; readonly gatewayUrl: string; readonly consoleUrl: string };

type Places = { readonly gateway: Place; readonly console: Place };

/** Where to listen, before anything is opened. Throws LISTEN_ADDRESS. */
function placesOf({ listen: configured, tls }: Config, { flags }: CommandContext): Places {
  const places = {
    gateway: placeOf(configured?.gateway, flags['gateway-port'], DEFAULT_GATEWAY),
    console: placeOf(configured?.console, flags['console-port'], DEFAULT_CONSOLE),
  };
  for (const { hosts } of Object.values(places)) {
    if (!isLoopback(hosts) && tls === undefined && configured?.plain !== true)
      throw fail('LISTEN_ADDRESS', { say: `Others can reach ${hosts.join(', ')}, and there is no TLS.` });
  }
  return places;
}

async function listen(app: App, config: Config, { gateway, console: consolePlace }: Places, context: CommandContext): Promise<Ports> {
  const plain = config.listen?.plain ?? false;
  const { tls } = app;
  const open = await firstFree(
    gateway,
    (port) =>
      listenOnHosts(() => createGatewayServer((request, response) => app.gateway.handle(request, response), tls), gateway.hosts, port),
    context,
  );
  addAuthorizationServer(app);
  addConsole(app.control);
  await app.control.listenSocket(socketFile(context.dataDir));
  const consolePort = await firstFree(consolePlace, (port) => app.control.listen({ hosts: [...consolePlace.hosts], port, plain }), context);
  const scheme = tls === undefined ? 'http' : 'https';
  return { gateway: open, gatewayUrl: `${scheme}://localhost:${open.port}`, consoleUrl: `${scheme}://localhost:${consolePort}` };
}

type Place = {
  readonly hosts: readonly string[];
  readonly port: number;
  /** Chosen by nobody: the next free one will do. */ readonly free: boolean;
};

function placeOf(configured: string | undefined, flag: unknown, fallback: number): Place {
  const colon = configured?.lastIndexOf(':') ?? -1;
  const host = configured?.slice(0, colon).replace(/^\[|\]$/g, '');
  const hosts = host === undefined || host === 'localhost' ? LOOPBACK : [host];
  if (typeof flag === 'string') {
    const port = Number(flag);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw fail('LISTEN_ADDRESS', { say: 'The port must be 0 to 65535.' });
    return { hosts, port, free: false };
  }
  return configured === undefined
    ? { hosts, port: fallback, free: true }
    : { hosts, port: Number(configured.slice(colon + 1)), free: false };
}

async function firstFree<T>(place: Place, open: (port: number) => Promise<T>, context: CommandContext): Promise<T> {
  for (let port = place.port; ; port++) {
    try {
      const opened = await open(port);
      if (port !== place.port) context.note(`Port ${place.port} is in use; ${port} is used instead.\n`);
      return opened;
    } catch (error) {
      const taken = error instanceof AppError && (error.code === 'NET_PORT_TAKEN' || error.code === 'CONTROL_PORT_TAKEN');
      if (!taken || !place.free || port >= place.port + NEXT_PORTS) throw error;
    }
  }
}

async function announce(context: CommandContext, app: App, config: Config, ports: Ports, env: UpDeps['env']): Promise<void> {
  const file = context.flags['ready-file'];
  const token = await app.people.setupLink();
  const setupUrl = token === undefined ? null : `${config.publicUrl?.replace(/\/$/, '') ?? ports.consoleUrl}/setup#${token}`;
  const ready = { gateway: ports.gatewayUrl, console: ports.consoleUrl, setupUrl };
  if (context.json) context.out(JSON.stringify(ready));
  else context.out(welcome(context, app, config, ports, setupUrl, env));
  // Last: whoever waits for the file finds everything said.
  if (typeof file === 'string') writePrivate(file, `${JSON.stringify(ready)}\n`);
}

/** What a person needs first: where things are, how to get in, and a request to try. */
function welcome(context: CommandContext, app: App, config: Config, ports: Ports, setupUrl: string | null, env: UpDeps['env']): string {
  const { rules } = app.policy.current(DEFAULT_TENANT);
  const observed = rules.filter((rule) => !rule.enforced).length;
  return [
    'Sallyport is up.',
    `  gateway   ${ports.gatewayUrl}   (OPENAI_BASE_URL=${ports.gatewayUrl}/v1, ANTHROPIC_BASE_URL=${ports.gatewayUrl})`,
    `  console   ${ports.consoleUrl}`,
    ...setupLines(setupUrl, ports.consoleUrl, env['SSH_CONNECTION']),
    `  store     ${config.store === undefined ? `embedded, in ${context.dataDir}` : 'PostgreSQL'}`,
    `  policy    ${rules.length} rules, ${observed} of them only observe (sallyport policy list)`,
    ...(config.gateway.guards ? [] : ['  GUARDS ARE OFF by configuration: nothing is inspected.']),
    ...(config.content === 'full' ? ['  content: full keeps every text for 7 days.'] : []),
    '',
    'Try it without a provider key:',
    '  KEY=$(./run key create --name me)',
    `  curl -s ${ports.gatewayUrl}/v1/chat/completions -H "authorization: Bearer $KEY" -H 'content-type: application/json' \\`,
    `    -d '{"model":"practice/assistant","messages":[{"role":"user","content":"Hello"}]}'`,
    '  ./run events follow',
  ].join('\n');
}

/** The way in for the first administrator; on a machine that was reached by ssh, also how to bring its console to the own one. */
function setupLines(setupUrl: string | null, consoleUrl: string, ssh: string | undefined): string[] {
  if (setupUrl === null) return [];
  const port = new URL(consoleUrl).port;
  const address = ssh?.split(' ')[2];
  return [
    '',
    `  Set up the first administrator (the link works once, for 30 minutes; \`sallyport admin reset\` prints another):`,
    `  ${setupUrl}`,
    ...(address === undefined
      ? []
      : [`  From your own machine first:  ssh -L ${port}:localhost:${port} ${userInfo().username}@${address}`]),
    '',
  ];
}

/** Opening everything leaves some 50 MiB of garbage that an idle gate would keep for hours: one full collection, before the first request. */
function collectStartUp(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: object) => void;
  // `last-resort` also gives the room of young objects back, which start-up has grown to its maximum.
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  keepHeap();
}

/** Written whole: a reader sees no half of it. */
function writePrivate(file: string, text: string): void {
  rmSync(`${file}.new`, { force: true });
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Parts of the configuration that a running gate takes over; the others need a restart, which is said. */
const LIVE: ReadonlySet<string> = new Set([
  'rules',
  'defaults',
  'withoutRules',
  'guards',
  'tenants',
  'templates',
  'limits',
  'approvals',
  'connections',
]);

/** The names of those parts in which two configurations differ and that a running gate does not take over. */
function needRestart(before: Config, after: Config): string[] {
  const parts = Object.entries({ ...before, ...after }).map(([name]) => name as keyof Config);
  return parts.filter((name) => !LIVE.has(name) && JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

/** A file that is gone or empty is a write under way or a mishap; it must not take the rules away from a running gate. */
function readAgain(file: string): LoadedConfig {
  const loaded = readConfigFile(file, true);
  if (!loaded.ok || !loaded.empty) return loaded;
  return { ok: false, problems: [{ line: 1, column: 1, pointer: '', message: 'there is nothing in it' }] };
}

/** Reads the configuration again when it changes; what is wrong with it is said and the old one stays. */
function watchConfig(file: string, started: Config, app: App, logger: Logger): () => void {
  const folder = dirname(file);
  if (!existsSync(folder)) return () => {};
  let timer: NodeJS.Timeout | undefined;
  const reload = async (): Promise<void> => {
    const loaded = readAgain(file);
    const problems = loaded.ok ? await app.reload(loaded.config) : problemLines(basename(file), loaded.problems);
    if (loaded.ok && problems.length === 0) {
      logger.info('configuration reloaded');
      const parts = needRestart(started, loaded.config);
      if (parts.length > 0) logger.warn('configuration needs a restart', { parts: parts.join(', ') });
    } else for (const problem of problems) logger.error('configuration not reloaded; the old one stays', { problem });
  };
  const watcher = watch(folder, (_kind, name) => {
    if (name !== basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(
      () =>
        void reload().catch((error: unknown) => logger.error('configuration not reloaded; the old one stays', { problem: String(error) })),
      SETTLE_MS,
    );
  });
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}
