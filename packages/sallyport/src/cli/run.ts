import { resolve } from 'node:path';
import { socketAnswers, socketFile } from '../control/index.ts';
import {
  AppError,
  parseTenantId,
  reasonOf,
  visible,
  type ApiClient,
  type Clock,
  type Command,
  type CommandContext,
  type TenantId,
} from '../kernel/index.ts';
import { readArguments, type Values } from './arguments.ts';
import { fail } from './errors.ts';
import { findCommand } from './find.ts';
import { helpOfBin, helpOfCommand } from './help.ts';
import { socketClient } from './socket_client.ts';
import { createPrinter, wantsColour, type Printer, type Terminal } from './terminal.ts';

/** What the bin needs from the process and from `app/`. */
export type CliDeps = {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  readonly clock: Clock;
  /** Aborts when the person interrupts the command. */
  readonly signal: AbortSignal;
  /** The control API in this process, when no server runs for the data folder. Throws AppError when it cannot open. */
  openLocal(where: LocalPlace): Promise<LocalApi>;
  /** The exit code of an error: a wrong configuration is 2, most are 1. */
  exitCode(code: string): number;
};

export type LocalPlace = { readonly dataDir: string; readonly configFile: string | undefined; readonly tenant: TenantId | undefined };
export type LocalApi = { readonly client: ApiClient; close(): Promise<void> };

/** Exit codes: what was asked for could not be done; what was asked for could not be understood; interrupted (128 + SIGINT). */
const MISUSED = 2;
const INTERRUPTED = 130;
/** Width of help and tables when nobody says: that of a classic terminal for help, and no limit that would cut what a program reads. */
const DEFAULT_WIDTH = 80;
const UNCUT_WIDTH = 1_000;

/** Runs one command line (without the program's name) and answers its exit code. Prints errors; never throws for them. */
export async function runCli(argv: readonly string[], commands: readonly Command[], deps: CliDeps): Promise<number> {
  const json = argv.includes('--json');
  const colour = wantsColour(deps.stdout, deps.env);
  const printer = createPrinter({ stdout: deps.stdout, stderr: deps.stderr, clock: deps.clock, colour, quiet: json });
  try {
    return await runFound(argv, commands, deps, printer, colour);
  } catch (thrown) {
    printer.end();
    if (deps.signal.aborted) return INTERRUPTED;
    return printError(thrown, json, deps);
  } finally {
    printer.end();
  }
}

async function runFound(
  argv: readonly string[],
  commands: readonly Command[],
  deps: CliDeps,
  printer: Printer,
  colour: boolean,
): Promise<number> {
  const found = findCommand(argv, commands);
  const width = deps.stdout.columns ?? DEFAULT_WIDTH;
  if (found.kind === 'version') {
    printer.out(deps.version);
    return 0;
  }
  if (found.kind === 'unknown') return misused(found.problem, 'sallyport --help', deps);
  if (found.kind === 'help') {
    printer.out(helpOfBin(commands, found.group, width));
    return found.group === '' || argv.includes('--help') || argv.includes('help') ? 0 : MISUSED;
  }
  const read = readArguments(found.command, found.rest);
  if (!read.ok) return misused(read.problem, `sallyport ${found.command.name} --help`, deps);
  if (read.flags['help'] === true) {
    printer.out(helpOfCommand(found.command, width));
    return 0;
  }
  return runCommand(found.command, read.args, read.flags, deps, printer, colour);
}

async function runCommand(
  command: Command,
  args: readonly string[],
  flags: Values,
  deps: CliDeps,
  printer: Printer,
  colour: boolean,
): Promise<number> {
  const tenant = flags['tenant'] === undefined ? undefined : parseTenantId(String(flags['tenant']));
  if (flags['tenant'] !== undefined && tenant === undefined)
    return misused('--tenant is not the name of a tenant', 'sallyport --help', deps);
  const place: LocalPlace = {
    dataDir: resolve(deps.cwd, typeof flags['data'] === 'string' ? flags['data'] : 'data'),
    configFile: typeof flags['config'] === 'string' ? resolve(deps.cwd, flags['config']) : undefined,
    tenant,
  };
  const api = lazyApi(place, deps);
  const context: CommandContext = {
    args,
    flags,
    json: flags['json'] === true,
    dataDir: place.dataDir,
    configFile: place.configFile,
    signal: deps.signal,
    width: deps.stdout.columns ?? UNCUT_WIDTH,
    colour,
    api: () => api.open(),
    out: (text) => printer.out(text),
    note: (text) => printer.note(text),
  };
  try {
    return await command.run(context);
  } finally {
    await api.close();
  }
}

/** The API of a data folder, found on first use: its server when one answers on the socket, else this process. */
function lazyApi(place: LocalPlace, deps: CliDeps): { open(): Promise<ApiClient>; close(): Promise<void> } {
  let opened: Promise<LocalApi> | undefined;
  const find = async (): Promise<LocalApi> => {
    const socket = socketFile(place.dataDir);
    if (await socketAnswers(socket)) return { client: socketClient(socket, place.tenant, deps.signal), close: async () => {} };
    return deps.openLocal(place);
  };
  return {
    open: async () => (await (opened ??= find())).client,
    async close() {
      const api = await opened?.catch(() => undefined);
      await api?.close();
    },
  };
}

function misused(problem: string, help: string, deps: CliDeps): number {
  deps.stderr.write(`sallyport: ${visible(problem)}\n${visible(help)} shows what there is.\n`);
  return MISUSED;
}

/** An error as a person or (`--json`) a program reads it, on stderr. What is inside is shown only when asked for. */
function printError(thrown: unknown, json: boolean, deps: CliDeps): number {
  const error = thrown instanceof AppError ? thrown : fail('CLI_INTERNAL', { detail: reasonOf(thrown), cause: thrown });
  const { code, message, fix } = error;
  if (json) deps.stderr.write(`${visible(JSON.stringify({ error: { code, message, fix } }))}\n`);
  else {
    const [first = '', ...more] = lines(message.trimEnd()).split('\n');
    deps.stderr.write(`${[`sallyport: ${first.trimEnd()} (${visible(code)})`, ...more, lines(fix)].join('\n')}\n`);
  }
  if (deps.env['SALLYPORT_DEBUG'] === '1') deps.stderr.write(`${lines(debugText(error))}\n`);
  return deps.exitCode(code);
}

/** A message may have several lines: all problems of a configuration are reported at once. */
function lines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

function debugText(error: AppError): string {
  const cause = error.cause instanceof Error ? `\n${error.cause.stack ?? error.cause.message}` : '';
  return `${error.stack ?? ''}${error.detail === undefined ? '' : `\n${error.detail}`}${cause}`;
}
