import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger, TenantId } from '../../kernel/index.ts';
import { fail } from '../errors.ts';
import { planSandbox, readMachine, startSandboxed, type SandboxMachine } from '../sandbox/index.ts';
import type { ServerSpec } from './server_spec.ts';
import type { ServerProcess } from './stdio_transport.ts';

/** A server is told to end by the end of its input; then it is ended. */
const PATIENCE_MS = 1_000;
/** Processes and threads of one server: a runtime has some twenty of its own. */
const MAX_PROCESSES = 128;
const MIB = 1_048_576;

/** Starts servers' programs in the strongest sandbox that this machine has; what it has is looked at once. */
export class Starter {
  readonly #dataDir: string;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #logger: Logger;
  #machine: Promise<SandboxMachine> | undefined;

  constructor(dataDir: string, env: Readonly<Record<string, string | undefined>>, logger: Logger) {
    this.#dataDir = dataDir;
    this.#env = env;
    this.#logger = logger;
  }

  /** Rejects MCP_SERVER_FAILED with the reason when there is no sandbox and the operator has accepted nothing less. */
  async start(spec: ServerSpec, tenant: TenantId): Promise<ServerProcess> {
    const { reach } = spec;
    if (reach.kind !== 'stdio') throw fail('MCP_SERVER_FAILED', { detail: 'no program' });
    const { command, args, readable, hosts, image, accept, memoryMiB } = reach;
    const folder = join(this.#dataDir, 'mcp', tenant, spec.name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const env = Object.fromEntries(Object.entries(reach.env).map(([name, value]) => [name, value.reveal()]));
    const limits = { memoryBytes: memoryMiB * MIB, processes: MAX_PROCESSES };
    const request = { command, args, env, folder, limits, readable: readable ?? [], hosts: hosts ?? [], accept: accept ?? [] };
    const plan = planSandbox(image === undefined ? request : { ...request, image }, await (this.#machine ??= readMachine(this.#env)));
    if ('refused' in plan) throw fail('MCP_NO_SANDBOX', { say: plan.refused });
    this.#logger.info('MCP server started', { server: spec.name, sandbox: plan.kind });
    const running = await startSandboxed(plan, { allow: 'as-written' });
    running.stderr.resume();
    return {
      stdin: running.stdin,
      stdout: running.stdout,
      ended: running.exit,
      async stop() {
        running.stdin.end();
        await Promise.race([running.exit, sleep(PATIENCE_MS, undefined, { ref: false })]);
        running.kill();
        await running.exit;
      },
    };
  }
}
