import { resolve } from 'node:path';
import type { Command } from '../kernel/index.ts';
import { mcpScanCommand, type McpScanDeps } from './scan/command.ts';
import type { ScannerDeps } from './scanner/tools.ts';
import { SHOWN_COMMANDS } from './shown/command.ts';

/** The commands of this module. */
export function mcpCommands(deps: Omit<ScannerDeps, 'root'> & McpScanDeps): readonly Command[] {
  return [
    ...SHOWN_COMMANDS,
    mcpScanCommand(deps),
    {
      name: 'mcp serve-scanner',
      summary: 'Serves the scanner to a coding assistant (MCP on standard input and output); it may read files of one folder.',
      flags: [{ name: 'root', value: 'DIR', summary: 'The folder that it may read (the working folder).' }],
      async run({ flags, signal }) {
        // Loaded here, so that no other command pays for it.
        const { serveScanner } = await import('./scanner/serve.ts');
        const root = resolve(deps.cwd, typeof flags['root'] === 'string' ? flags['root'] : '.');
        await serveScanner({ root, code: deps.code, judge: deps.judge }, deps.version, signal);
        return 0;
      },
    },
  ];
}
