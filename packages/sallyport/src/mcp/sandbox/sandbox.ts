/** How a program is kept apart; the strongest that the machine has is taken. */
export const SANDBOX_KINDS = ['bubblewrap', 'container', 'node_permission', 'unsandboxed'] as const;
export type SandboxKind = (typeof SANDBOX_KINDS)[number];

/** What a sandbox keeps a program from. */
export const PROTECTIONS = ['files', 'environment', 'network', 'processes', 'memory', 'cpu', 'output', 'time'] as const;
export type Protection = (typeof PROTECTIONS)[number];

/** Whether a protection is enforced, and by what; in plain words. */
export type Enforcement = { readonly protection: Protection; readonly state: 'enforced' | 'partly' | 'not'; readonly how: string };

/** Bounds of a program and all that it starts. Absent: no bound, and the plan says so. */
export type SandboxLimits = {
  /** Resident bytes together. */
  readonly memoryBytes?: number;
  /** Seconds of processor time together. */
  readonly cpuSeconds?: number;
  /** Milliseconds until it is ended. */
  readonly milliseconds?: number;
  /** Processes and threads at once. */
  readonly processes?: number;
  /** Bytes on standard output and error together. */
  readonly outputBytes?: number;
};

/** What an operator has to accept in words, because it is not what the word sandbox promises. */
export type Accepted = 'unsandboxed' | 'open_network';

/** A program to be run. Paths are absolute. */
export type SandboxRequest = {
  readonly command: string;
  readonly args: readonly string[];
  /** All of the environment that it gets. */
  readonly env: Readonly<Record<string, string>>;
  /** Its own folder: home, working folder, and the only one that it may write to. */
  readonly folder: string;
  /** Files and folders that it may read, its own code among them. */
  readonly readable?: readonly string[];
  /** Folders that must be there for it to start, and are empty (bubblewrap alone). */
  readonly empty?: readonly string[];
  /** Hosts that it may reach (`api.example.com`, `*.example.com:8443`; port 443 when none is named); none when empty. */
  readonly hosts?: readonly string[];
  /** Image for a container. */
  readonly image?: string;
  /** It starts programs itself, which Node's permission model refuses. */
  readonly spawns?: boolean;
  readonly limits: SandboxLimits;
  readonly accept?: readonly Accepted[];
};

/** What this machine has (see `machine.ts`). */
export type SandboxMachine = {
  /** Path of bubblewrap that was seen to work. */
  readonly bubblewrap: string | undefined;
  /** It bounds folders in memory (bubblewrap 0.7 or newer). */
  readonly bounds?: boolean;
  /** Why there is none. */
  readonly withoutBubblewrap: string;
  /** Path of docker or podman whose service answers. */
  readonly container: string | undefined;
  /** Path of a Node that has the permission model with network (25 or newer). */
  readonly node: string | undefined;
  /** Path of prlimit (util-linux). */
  readonly prlimit: string | undefined;
  /** Whether /proc tells of processes. */
  readonly proc: boolean;
};

/** The descriptor behind the three that every program has. */
export const PRIVATE_DESCRIPTOR = 3;

/** How the program is started. `egress`: path of the socket on which our proxy has to listen. */
export type SandboxPlan = {
  readonly kind: SandboxKind;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What the command reads from `PRIVATE_DESCRIPTOR`: variables hold secrets, and a command line is there for everybody to read. */
  readonly given?: string;
  readonly folder: string;
  readonly limits: SandboxLimits;
  readonly egress: { readonly socket: string; readonly hosts: readonly string[] } | undefined;
  readonly enforced: readonly Enforcement[];
};

/** Why a program is not run, and what would help. */
export type SandboxRefusal = { readonly refused: string };

/** Bounds that every kind has from the watcher; without /proc there is none. */
export function watched(limits: SandboxLimits, machine: SandboxMachine): Enforcement[] {
  const of = (protection: Protection, bound: number | undefined, what: string): Enforcement =>
    bound === undefined
      ? { protection, state: 'not', how: 'no bound is set' }
      : machine.proc
        ? { protection, state: 'enforced', how: `${what}; looked at twice a second, then everything is ended` }
        : { protection, state: 'not', how: 'this machine has no /proc to look at' };
  const output: Enforcement =
    limits.outputBytes === undefined
      ? { protection: 'output', state: 'not', how: 'no bound is set' }
      : { protection: 'output', state: 'enforced', how: `${limits.outputBytes} bytes, counted as they come` };
  const time: Enforcement =
    limits.milliseconds === undefined
      ? { protection: 'time', state: 'not', how: 'no bound is set' }
      : { protection: 'time', state: 'enforced', how: `${limits.milliseconds} ms` };
  return [
    of('processes', limits.processes, `${limits.processes} processes`),
    of('memory', limits.memoryBytes, `${limits.memoryBytes} resident bytes`),
    of('cpu', limits.cpuSeconds, `${limits.cpuSeconds} seconds`),
    output,
    time,
  ];
}
