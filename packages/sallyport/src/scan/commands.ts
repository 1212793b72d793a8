import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { SEVERITIES, type Clock, type Command, type CommandContext, type Flag, type Severity } from '../kernel/index.ts';
import { readBaseline, writeBaseline } from './baseline.ts';
import type { ScanConfig } from './config.ts';
import type { CodeEngine } from './engine.ts';
import { FileCache } from './disk/cache.ts';
import { fail } from './errors.ts';
import { rankOf } from './finding.ts';
import { applyFixes, fixesByPath } from './fix.ts';
import { draw, FORMATS, unifiedDiff, type Format } from './report/index.ts';
import { SCAN_KINDS, type ScanKind, type ScanResult } from './result.ts';
import { sbomOf, type JudgePackage } from './packages/index.ts';
import type { Dependency } from './packages/dependency.ts';
import { send } from './send_service.ts';
import { sentOf, type Sent } from './sent.ts';
import { scanPackages, scanPaths, type PathResult } from './service.ts';

/** What the commands need from `app/`: the engine over source code, and `scan:` of sallyport.yaml. */
export type ScanDeps = {
  readonly version: string;
  readonly cwd: string;
  readonly code: CodeEngine | undefined;
  /** Whether names of packages are in doubt; without it names are not judged. */
  readonly judge: JudgePackage | undefined;
  readonly clock: Clock;
  /** Where parsed files are kept between scans; nowhere when absent. */
  readonly cacheFolder?: string | undefined;
  /** The key that --send uses; never an argument, which others on the machine can read. */
  readonly sendKey?: string | undefined;
  /** `file`: what --config says, or undefined for the one in the working folder. */
  config(file: string | undefined): Promise<ScanConfig>;
};

/** Exit codes (DESIGN 6). */
const CLEAN = 0;
const FOUND = 1;
const INCOMPLETE = 2;

/** Flags of every scan. */
const REPORT_FLAGS: readonly Flag[] = [
  { name: 'format', value: 'table|json|sarif|html', summary: 'Form of the report (table).' },
  { name: 'output', value: 'FILE', summary: 'Write the report to a file, and show the table.' },
  {
    name: 'fail-on',
    value: 'SEVERITY',
    summary: 'Severity from which findings make the exit code 1: info, low (default), medium, high, critical.',
  },
  { name: 'strict', summary: 'Exit code 2 when something was not scanned.' },
  {
    name: 'send',
    value: 'URL',
    summary: 'Send findings and packages to a running Sallyport (its console port), with the key in SALLYPORT_KEY.',
  },
  { name: 'project', value: 'NAME', summary: 'Name of the project there (the folder that is scanned).' },
];

const CODE_FLAGS: readonly Flag[] = [
  ...REPORT_FLAGS,
  { name: 'only', value: 'KINDS', summary: 'Look for these alone: code, secrets, agents (comma-separated).' },
  { name: 'since', value: 'REF', summary: 'Only what the change from this git reference adds.' },
  { name: 'history', summary: 'Credentials in the whole git history too; with --since in the commits since.' },
  { name: 'baseline', value: 'FILE', summary: 'Leave out what this file lists.' },
  { name: 'write-baseline', value: 'FILE', summary: 'Write what is found to a baseline file.' },
  { name: 'audit', summary: 'Also what is worth a look without being proved.' },
  { name: 'all', summary: 'Look into folders of dependencies too.' },
  { name: 'fix', summary: 'Apply the changes that findings come with.' },
  { name: 'dry-run', summary: 'With --fix: change nothing, print what would change as a diff.' },
  { name: 'workers', value: 'N', summary: 'Threads that parse (as many as the machine runs well).' },
  { name: 'no-cache', summary: 'Keep nothing of what was parsed, and take nothing from earlier scans.' },
];

const PACKAGE_FLAGS: readonly Flag[] = [
  ...REPORT_FLAGS,
  { name: 'advisories', value: 'PATH', summary: 'Known vulnerabilities and malicious packages: an OSV export (folder, .jsonl, .zip).' },
  { name: 'online', summary: 'Ask the registries whether the packages exist that the lists do not know; their names leave this machine.' },
  { name: 'sbom', value: 'FILE', summary: 'Write a bill of materials (CycloneDX 1.6).' },
  { name: 'baseline', value: 'FILE', summary: 'Leave out what this file lists.' },
  { name: 'write-baseline', value: 'FILE', summary: 'Write what is found to a baseline file.' },
  { name: 'audit', summary: 'Also imports that no manifest declares.' },
  { name: 'all', summary: 'Look into folders of dependencies too.' },
];

/** The commands of this module. They need no server; nothing leaves this machine. */
export function scanCommands(deps: ScanDeps): readonly Command[] {
  return [
    {
      name: 'scan code',
      summary: 'Finds vulnerable code, credentials and dangerous agent configurations; nothing is executed, nothing leaves this machine.',
      usage: 'PATH...',
      flags: CODE_FLAGS,
      run: (context) => scanCode(context, deps),
    },
    {
      name: 'scan packages',
      summary: 'Finds packages that are not what they seem, or have known vulnerabilities; nothing leaves this machine without --online.',
      usage: 'PATH...',
      flags: PACKAGE_FLAGS,
      run: (context) => packages(context, deps),
    },
  ];
}

async function scanCode(context: CommandContext, deps: ScanDeps): Promise<number> {
  const { flags } = context;
  const config = await deps.config(context.configFile);
  const only = kindsOf(text(flags, 'only'));
  const since = text(flags, 'since');
  const workers = numberOf(text(flags, 'workers'));
  const baseline = text(flags, 'baseline') ?? config.baseline;
  const began = deps.clock();
  const result = await scanPaths(
    {
      paths: context.args,
      cwd: deps.cwd,
      config,
      audit: flags['audit'] === true,
      all: flags['all'] === true,
      history: flags['history'] === true,
      signal: context.signal,
      onProgress: (done, of) => (done < of ? context.note(progress(done, of)) : undefined),
      ...(only === undefined ? {} : { only }),
      ...(since === undefined ? {} : { since }),
      ...(workers === undefined ? {} : { workers }),
      cacheFolder: flags['no-cache'] === true ? undefined : deps.cacheFolder,
      ...(baseline === undefined ? {} : { baseline: readBaseline(readText(resolve(deps.cwd, baseline))) }),
    },
    deps.code,
  );
  const write = text(flags, 'write-baseline');
  if (write !== undefined) save(resolve(deps.cwd, write), writeBaseline(result.findings));
  await deliver('code', result, [], context, deps);
  if (flags['dry-run'] === true && flags['fix'] !== true) throw fail('SCAN_USAGE', { say: '--dry-run belongs to --fix.' });
  if (flags['fix'] === true) fix(result, context, began);
  if (flags['dry-run'] === true) return exitCode(result, context, config);
  return finish(result, context, deps, config);
}

async function packages(context: CommandContext, deps: ScanDeps): Promise<number> {
  const { flags } = context;
  const config = await deps.config(context.configFile);
  const advisories = text(flags, 'advisories') ?? config.advisories;
  const baseline = text(flags, 'baseline') ?? config.baseline;
  const cache = deps.cacheFolder === undefined ? undefined : new FileCache(deps.cacheFolder);
  const { result, dependencies } = await scanPackages(
    {
      paths: context.args,
      cwd: deps.cwd,
      config,
      audit: flags['audit'] === true,
      all: flags['all'] === true,
      ...(advisories === undefined ? {} : { advisories: resolve(deps.cwd, advisories) }),
      ...(flags['online'] === true ? { online: { registries: config.registries, cache, clock: deps.clock } } : {}),
      ...(baseline === undefined ? {} : { baseline: readBaseline(readText(resolve(deps.cwd, baseline))) }),
    },
    deps.judge,
  );
  const write = text(flags, 'write-baseline');
  if (write !== undefined) save(resolve(deps.cwd, write), writeBaseline(result.findings));
  await deliver('packages', result, dependencies, context, deps);
  const sbom = text(flags, 'sbom');
  const name = basename(resolve(deps.cwd, context.args[0] ?? '.'));
  if (sbom !== undefined)
    save(
      resolve(deps.cwd, sbom),
      sbomOf(dependencies, { version: deps.version, name, serial: randomUUID(), now: new Date(deps.clock()).toISOString() }),
    );
  return finish(result, context, deps, config);
}

/** With --send: what was found goes to the Sallyport that the user names. */
async function deliver(
  kind: Sent['kind'],
  result: ScanResult,
  dependencies: readonly Dependency[],
  { flags, args, ...context }: CommandContext,
  deps: ScanDeps,
): Promise<void> {
  const address = text(flags, 'send');
  if (address === undefined) return;
  if (deps.sendKey === undefined || deps.sendKey === '') throw fail('SCAN_USAGE', { say: '--send needs a key in SALLYPORT_KEY.' });
  const project = text(flags, 'project') ?? basename(resolve(deps.cwd, args[0] ?? '.'));
  if (!/^[\w.@/-]{1,200}$/.test(project)) throw fail('SCAN_USAGE', { say: '--project takes letters, digits and . @ / _ -' });
  await send(address, deps.sendKey, sentOf(project, kind, deps.version, result, dependencies));
  context.note(`sent as ${project}\n`);
}

/** Prints or writes the report; answers the exit code. */
function finish(result: ScanResult, context: CommandContext, deps: Pick<ScanDeps, 'version' | 'cwd'>, config: ScanConfig): number {
  const { flags } = context;
  const format = formatOf(text(flags, 'format'), context.json);
  const output = text(flags, 'output');
  const drawn = draw(result, format, {
    version: deps.version,
    width: context.width,
    colour: context.colour && output === undefined,
  });
  if (output === undefined) context.out(drawn);
  else save(resolve(deps.cwd, output), drawn);
  // The file is for programs; who started the scan wants to see what it found.
  if (output !== undefined && format !== 'table' && !context.json)
    context.out(draw(result, 'table', { ...context, version: deps.version }));
  if (output !== undefined) context.note(`written to ${output}\n`);
  return exitCode(result, context, config);
}

function exitCode(result: ScanResult, { flags }: CommandContext, config: ScanConfig): number {
  if (flags['strict'] === true && result.notScanned.length > 0) return INCOMPLETE;
  const threshold = rankOf(severityOf(text(flags, 'fail-on')) ?? config.failOn ?? 'low');
  return result.findings.some(({ severity }) => rankOf(severity) >= threshold) ? FOUND : CLEAN;
}

/** Characters of the bar. */
const BAR = 20;

function progress(done: number, of: number): string {
  const full = of === 0 ? BAR : Math.round((done / of) * BAR);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}] ${done} of ${of} files`;
}

/** Writes the changes into the files. One that was written since the scan `began`, or is not plain UTF-8, stays as it is: the offsets may be of another text. */
function fix(result: PathResult, context: CommandContext, began: number): void {
  let count = 0;
  const isTrial = context.flags['dry-run'] === true;
  for (const [path, findings] of fixesByPath(result.findings)) {
    const file = result.fileOf(path);
    if (file === undefined) continue;
    const before = readText(file);
    if (statSync(file).mtimeMs >= began || !isPlain(before)) {
      context.note(`${path} changed during the scan or is not plain UTF-8: not fixed\n`);
      continue;
    }
    const fixed = applyFixes(before, findings);
    if (fixed.applied.length === 0) continue;
    if (isTrial) context.out(unifiedDiff(path, before, fixed.text));
    else save(file, fixed.text, statSync(file).mode);
    count += fixed.applied.length;
  }
  const changes = `${count} ${count === 1 ? 'change' : 'changes'}`;
  context.note(isTrial ? `${changes} would be made\n` : `${changes} made; scan again to see what is left\n`);
}

/** Text that was read as it stands in the file: no byte order mark, nothing replaced. */
function isPlain(text: string): boolean {
  return !text.startsWith('\ufeff') && !text.includes('\ufffd');
}

/** Written beside and moved into place: a reader never sees half of it. */
function save(path: string, content: string, mode = 0o644): void {
  const beside = `${path}.${process.pid}.part`;
  try {
    writeFileSync(beside, content, { mode, flag: 'wx' });
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw fail('SCAN_OUTPUT', { say: path, cause: error });
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw fail('SCAN_PATH', { say: path, cause: error });
  }
}

function text(flags: CommandContext['flags'], name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
}

function kindsOf(given: string | undefined): readonly ScanKind[] | undefined {
  if (given === undefined) return undefined;
  return given.split(',').map((word) => {
    const kind = SCAN_KINDS.find((one) => one === word.trim());
    if (kind === undefined) throw fail('SCAN_USAGE', { say: `--only takes ${SCAN_KINDS.join(', ')}.` });
    return kind;
  });
}

function formatOf(given: string | undefined, json: boolean): Format {
  const format = FORMATS.find((one) => one === (given ?? (json ? 'json' : 'table')));
  if (format === undefined) throw fail('SCAN_USAGE', { say: `--format is one of ${FORMATS.join(', ')}.` });
  return format;
}

function severityOf(given: string | undefined): Severity | undefined {
  if (given === undefined) return undefined;
  const severity = SEVERITIES.find((one) => one === given);
  if (severity === undefined) throw fail('SCAN_USAGE', { say: `--fail-on is one of ${SEVERITIES.join(', ')}.` });
  return severity;
}

function numberOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1 || number > 64) throw fail('SCAN_USAGE', { say: '--workers is a number from 1 to 64.' });
  return number;
}
