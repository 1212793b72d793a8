import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger, TenantId } from '../../kernel/index.ts';
import { fail } from '../errors.ts';
import { planSandbox, readMachine, startSandboxed, type SandboxMachine, type SandboxPlan, type SandboxRefusal } from '../sandbox/index.ts';
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

  /** How the program of a server would be kept apart here; undefined for a server elsewhere. Starts nothing. */
  async plan(spec: ServerSpec, tenant: TenantId): Promise<SandboxPlan | SandboxRefusal | undefined> {
    if (spec.reach.kind !== 'stdio') return undefined;
    const { command, args, readable, hosts, image, accept, memoryMiB, spawns, fresh } = spec.reach;
    const env = Object.fromEntries(Object.entries(spec.reach.env).map(([name, value]) => [name, value.reveal()]));
    const folder = join(this.#dataDir, 'mcp', tenant, spec.name, ...(fresh === true ? [randomUUID()] : []));
    const limits = { memoryBytes: memoryMiB * MIB, processes: MAX_PROCESSES };
    const request = {
      command,
      args,
      env,
      folder,
      limits,
      readable: readable ?? [],
      hosts: hosts ?? [],
      accept: accept ?? [],
      spawns: spawns === true,
    };
    return planSandbox(image === undefined ? request : { ...request, image }, await (this.#machine ??= readMachine(this.#env)));
  }

  /** Rejects MCP_SERVER_FAILED with the reason when there is no sandbox and the operator has accepted nothing less. */
  async start(spec: ServerSpec, tenant: TenantId): Promise<ServerProcess> {
    const plan = await this.plan(spec, tenant);
    if (plan === undefined) throw fail('MCP_SERVER_FAILED', { detail: 'no program' });
    if ('refused' in plan) throw fail('MCP_NO_SANDBOX', { say: plan.refused });
    mkdirSync(plan.folder, { recursive: true, mode: 0o700 });
    this.#logger.info('MCP server started', { server: spec.name, sandbox: plan.kind });
    const running = await startSandboxed(plan, { allow: 'as-written' });
    running.stderr.resume();
    if (spec.reach.kind === 'stdio' && spec.reach.fresh === true)
      void running.exit.then(() => rmSync(plan.folder, { recursive: true, force: true }));
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
