import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { judgePackage } from '../guard/index.ts';
import { systemClock, type Command } from '../kernel/index.ts';
import { scanCommands } from '../scan/commands.ts';
import { codeEngine } from '../scan/index.ts';
import { cacheFolderOf } from '../scan/service.ts';
import { VERSION } from './version.ts';

/** The commands of the scanner. They need nothing of the server, and start in a third of its time and memory without it. */
export function scanOnly(): readonly Command[] {
  return scanCommands({
    version: VERSION,
    cwd: process.cwd(),
    clock: systemClock,
    code: codeEngine,
    judge: judgePackage,
    sendKey: process.env['SALLYPORT_KEY'],
    cacheFolder: cacheFolderOf(process.env, homedir()),
    config: async (asked) => {
      // The schema of the whole configuration is large; most folders that are scanned have none.
      if (asked === undefined && !existsSync(resolve('sallyport.yaml'))) return {};
      return (await import('./scan_config.ts')).readScanConfig(asked);
    },
  });
}
