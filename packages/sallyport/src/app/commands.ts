import { homedir } from 'node:os';
import { COMMANDS as APPROVALS } from '../approvals/commands.ts';
import { COMMANDS as AUDIT } from '../audit/commands.ts';
import { COMMANDS as FGA } from '../fga/commands.ts';
import { COMMANDS as FLOW } from '../flow/commands.ts';
import { COMMANDS as INSPECT } from '../guard/commands.ts';
import { judgePackage } from '../guard/index.ts';
import { COMMANDS as IDENTITY } from '../identity/commands.ts';
import { COMMANDS as KNOWLEDGE } from '../knowledge/commands.ts';
import { systemClock, type Command, type Logger } from '../kernel/index.ts';
import { mcpCommands } from '../mcp/commands.ts';
import { COMMANDS as FEEDBACK } from '../monitor/commands.ts';
import { COMMANDS as POLICY } from '../policy/commands.ts';
import { providerCommands } from '../providers/commands.ts';
import { codeEngine } from '../scan/index.ts';
import { COMMANDS as VAULT } from '../vault/commands.ts';
import { askTerminal } from './ask.ts';
import { DEMO_COMMANDS } from './demo/commands.ts';
import { doctorCommand } from './doctor.ts';
import { scannerCommands } from './scan_commands.ts';
import { storeCommands } from './store_commands.ts';
import { upCommand } from './up.ts';
import { VERSION } from './version.ts';

/** Every command of every module. */
export function allCommands(logger: Logger): readonly Command[] {
  return [
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
    ...DEMO_COMMANDS,
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
    ...scannerCommands(),
    doctorCommand({ env: process.env, clock: systemClock, node: process.versions.node }),
  ];
}
