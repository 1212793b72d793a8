import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { Transform, type Readable, type Writable } from 'node:stream';
import { openEgress, type Egress, type EgressOptions } from './egress.ts';
import { PRIVATE_DESCRIPTOR, type SandboxPlan } from './sandbox.ts';
import { usageOf } from './usage.ts';

/** How a program ended. `limit`: which bound it ran into. */
export type SandboxExit = {
  readonly code: number | null;
  readonly limit?: 'memory' | 'cpu' | 'processes' | 'output' | 'time';
  /** Targets that the proxy refused. */
  readonly refused: readonly string[];
};

export type Sandboxed = {
  readonly pid: number | undefined;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exit: Promise<SandboxExit>;
  /** Ends the program and all that it started. */
  kill(): void;
};

/** Milliseconds between two looks at what a program uses. */
const LOOK_MS = 500;

/** Starts a planned program in a process group of its own. Whatever happens, the whole group is ended with it. */
export async function startSandboxed(plan: SandboxPlan, reach: EgressOptions = { allow: 'public' }): Promise<Sandboxed> {
  const egress: Egress | undefined = plan.egress === undefined ? undefined : await openEgress(plan.egress.socket, plan.egress.hosts, reach);
  const child = spawn(plan.command, plan.args, {
    cwd: plan.folder,
    env: { ...plan.env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const given = child.stdio[PRIVATE_DESCRIPTOR] as Writable;
  given.on('error', () => undefined);
  given.end(plan.given ?? '');
  let limit: SandboxExit['limit'];
  const kill = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  };
  const stop = (which: NonNullable<SandboxExit['limit']>): void => {
    limit ??= which;
    kill();
  };
  const { limits } = plan;
  let bytes = 0;
  const counted = (stream: Readable): Readable =>
    stream.pipe(
      new Transform({
        transform(chunk: Buffer, _encoding, done) {
          bytes += chunk.length;
          if (limits.outputBytes !== undefined && bytes > limits.outputBytes) stop('output');
          done(null, limit === 'output' ? undefined : chunk);
        },
      }),
    );
  const [stdout, stderr] = [counted(child.stdout), counted(child.stderr)];
  child.stdin.on('error', () => undefined);
  const watch = setInterval(() => {
    if (child.pid === undefined) return;
    const usage = usageOf(child.pid);
    if (limits.memoryBytes !== undefined && usage.memoryBytes > limits.memoryBytes) stop('memory');
    if (limits.cpuSeconds !== undefined && usage.cpuSeconds > limits.cpuSeconds) stop('cpu');
    if (limits.processes !== undefined && usage.processes > limits.processes) stop('processes');
  }, LOOK_MS);
  const timer = limits.milliseconds === undefined ? undefined : setTimeout(() => stop('time'), limits.milliseconds);
  const exit = new Promise<SandboxExit>((resolve) => {
    const ended = (code: number | null): void => {
      clearInterval(watch);
      clearTimeout(timer);
      kill();
      void (egress?.close() ?? Promise.resolve()).then(() => {
        if (plan.egress !== undefined) rmSync(plan.egress.socket, { force: true });
        resolve({ code, refused: egress?.refused ?? [], ...(limit === undefined ? {} : { limit }) });
      });
    };
    child.once('error', () => ended(null));
    child.once('exit', ended);
  });
  return { pid: child.pid, stdin: child.stdin, stdout, stderr, exit, kill };
}
