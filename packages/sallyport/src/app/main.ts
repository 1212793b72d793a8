#!/usr/bin/env node
import { homedir } from 'node:os';
import { jsonLogger, silentLogger, systemClock, type Command, type Logger } from '../kernel/index.ts';
import { COMMANDS as APPROVALS } from '../approvals/commands.ts';
import { COMMANDS as AUDIT } from '../audit/commands.ts';
import { runCli, terminalOf } from '../cli/index.ts';
import { COMMANDS as FGA } from '../fga/commands.ts';
import { COMMANDS as FLOW } from '../flow/commands.ts';
import { COMMANDS as INSPECT } from '../guard/commands.ts';
import { judgePackage } from '../guard/index.ts';
import { COMMANDS as IDENTITY } from '../identity/commands.ts';
import { COMMANDS as KNOWLEDGE } from '../knowledge/commands.ts';
import { mcpCommands } from '../mcp/commands.ts';
import { COMMANDS as FEEDBACK } from '../monitor/commands.ts';
import { COMMANDS as POLICY } from '../policy/commands.ts';
import { providerCommands } from '../providers/commands.ts';
import { codeEngine } from '../scan/index.ts';
import { SCAN_EXIT_CODES, scanCommands } from '../scan/commands.ts';
import { cacheFolderOf } from '../scan/service.ts';
import { COMMANDS as VAULT } from '../vault/commands.ts';
import { doctorCommand } from './doctor.ts';
import { storeCommands } from './store_commands.ts';
import { localApi } from './local.ts';
import { readScanConfig } from './scan_config.ts';
import { upCommand } from './up.ts';
import { askTerminal } from './ask.ts';
import { VERSION } from './version.ts';

/** The bin: every command of every module, and the process around them. */
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());

const logger: Logger = jsonLogger((line) => process.stderr.write(line), systemClock);
const commands: readonly Command[] = [
  upCommand({ env: process.env, clock: systemClock, logger }),
  ...IDENTITY,
  ...INSPECT,
  ...FGA,
  ...KNOWLEDGE,
  ...FLOW,
  ...POLICY,
  ...FEEDBACK,
  ...APPROVALS,
  ...VAULT,
  ...AUDIT,
  ...providerCommands(),
  ...storeCommands(process.env),
  ...mcpCommands({
    version: VERSION,
    cwd: process.cwd(),
    home: homedir(),
    platform: process.platform,
    env: process.env,
    code: codeEngine,
    judge: judgePackage,
    ask: process.stdin.isTTY && process.stderr.isTTY ? askTerminal : undefined,
  }),
  ...scanCommands({
    version: VERSION,
    cwd: process.cwd(),
    clock: systemClock,
    code: codeEngine,
    judge: judgePackage,
    cacheFolder: cacheFolderOf(process.env, homedir()),
    config: readScanConfig,
  }),
  doctorCommand({ env: process.env, clock: systemClock, node: process.versions.node }),
];

process.exitCode = await runCli(process.argv.slice(2), commands, {
  version: VERSION,
  env: process.env,
  cwd: process.cwd(),
  stdout: terminalOf(process.stdout),
  stderr: terminalOf(process.stderr),
  clock: systemClock,
  signal: interrupt.signal,
  openLocal: (where) =>
    localApi(where, { env: process.env, clock: systemClock, logger: process.env['SALLYPORT_DEBUG'] === '1' ? logger : silentLogger }),
  exitCodes: { CONFIG_INVALID: 2, CONFIG_MISSING: 2, ...SCAN_EXIT_CODES },
});
// A pipe takes what was printed piece by piece, as its reader reads: to exit before that would cut a long answer off.
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise<void>((done) => stream.write('', () => done()))));
// An embedded database or a kept connection must not keep a finished command alive.
process.exit();
