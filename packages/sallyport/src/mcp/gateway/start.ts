import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TenantId } from '../../kernel/index.ts';
import { fail } from '../errors.ts';
import type { ServerSpec } from './server_spec.ts';
import type { ServerProcess } from './stdio_transport.ts';

/** A server is told to end by the end of its input, then by signals. */
const PATIENCE_MS = 2_000;

/** Starts the program of a server in a folder of its own, with no environment but its own. For servers whose operator accepts that there is no sandbox. */
export function startUnsandboxed(spec: ServerSpec, tenant: TenantId, dataDir: string): Promise<ServerProcess> {
  const { reach } = spec;
  if (reach.kind !== 'stdio') return Promise.reject(fail('MCP_SERVER_FAILED', { detail: 'no program' }));
  const cwd = join(dataDir, 'mcp', tenant, spec.name);
  mkdirSync(cwd, { recursive: true, mode: 0o700 });
  const env = Object.fromEntries(Object.entries(reach.env).map(([name, value]) => [name, value.reveal()]));
  const child = spawn(reach.command, reach.args, {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(fail('MCP_SERVER_FAILED', { cause, detail: 'it could not be started' })));
    child.once('spawn', () =>
      resolve({
        stdin: child.stdin,
        stdout: child.stdout,
        ended,
        async stop() {
          child.stdin.end();
          for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
            await Promise.race([ended, sleep(PATIENCE_MS, undefined, { ref: false })]);
            if (child.exitCode !== null || child.signalCode !== null) return;
            child.kill(signal);
          }
        },
      }),
    );
  });
}
