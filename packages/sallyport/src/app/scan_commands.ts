import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { judgePackage } from '../guard/index.ts';
import { systemClock, type Command } from '../kernel/index.ts';
import { scanCommands } from '../scan/commands.ts';
import { codeEngine } from '../scan/index.ts';
import { cacheFolderOf } from '../scan/service.ts';
import { VERSION } from './version.ts';

/** The commands of the scanner alone, in a process that runs nothing else: they start in a third of the server's time and memory. */
export function scanOnly(): readonly Command[] {
  // Old objects are collected when there are a third more of them, not twice as many: a tenth more time, a fifth less memory. Never in the
  // server, whose requests of 128 KB cost half as much again with it.
  setFlagsFromString('--heap-growing-percent=30');
  return scannerCommands();
}

/** The commands of the scanner. They need nothing of the server. */
export function scannerCommands(): readonly Command[] {
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
