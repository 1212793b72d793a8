import { dirname } from 'node:path';
import { visible } from '../../kernel/index.ts';
import { BRIDGE } from './bridge.ts';
import {
  PRIVATE_DESCRIPTOR,
  watched,
  type Enforcement,
  type SandboxMachine,
  type SandboxPlan,
  type SandboxRefusal,
  type SandboxRequest,
} from './sandbox.ts';

/** Port on the sandbox's own loopback where the way out begins. */
const BRIDGE_PORT = 3128;
/** Bytes of a folder in memory: pages that no process holds, so no look at what they use finds them. */
const MEMORY_FOLDER = String(256 * 1024 * 1024);
const SOCKET_INSIDE = '/run/egress.sock';
/** What programs need of the system to start. Nothing of /etc that tells of this machine or its users. */
const SYSTEM = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/etc/alternatives',
  '/etc/ssl',
  '/etc/ca-certificates',
  '/etc/pki',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
];

/**
 * How a program is run on this machine: by bubblewrap, in a container when there is an image, by Node's permission model when it is a Node
 * program, and otherwise not at all unless the operator accepted that. Pure; deny by default.
 */
export function planSandbox(request: SandboxRequest, machine: SandboxMachine): SandboxPlan | SandboxRefusal {
  const open = (request.hosts ?? []).length > 0;
  const names = Object.entries(request.env);
  const broken = names.find(([key, value]) => !/^[^=#\s\0]+$/.test(key) || value.includes('\0'));
  if (broken !== undefined)
    return { refused: `The variable ${visible(broken[0])} cannot be handed on: its name or value has a sign that ends it.` };
  if (machine.bubblewrap !== undefined && (!open || machine.node !== undefined)) return bubblewrapped(request, machine, machine.bubblewrap);
  // A container takes its variables line by line.
  if (machine.container !== undefined && request.image !== undefined && !open && !names.some(([, value]) => /[\r\n]/.test(value)))
    return contained(request, machine, machine.container, request.image);
  const script = request.spawns === true ? undefined : nodeScript(request);
  const loosening = names.find(([key]) => LOOSENING.test(key))?.[0];
  if (machine.node !== undefined && script !== undefined && loosening !== undefined && !accepts(request, 'unsandboxed'))
    return { refused: `The variable ${loosening} changes what Node's permission model lets through. Take it out, or install bubblewrap.` };
  if (machine.node !== undefined && script !== undefined && loosening === undefined && (!open || accepts(request, 'open_network')))
    return permitted(request, machine, machine.node, script);
  if (accepts(request, 'unsandboxed')) return bare(request, machine);
  return { refused: reasonFor(request, machine, script !== undefined) };
}

/** Variables that hand Node other flags, or load a library into a program before anything of it runs. */
const LOOSENING = /^(?:NODE_|LD_|DYLD_)/i;

function accepts({ accept = [] }: SandboxRequest, what: 'unsandboxed' | 'open_network'): boolean {
  return accept.includes(what);
}

function reasonFor({ hosts = [], spawns }: SandboxRequest, machine: SandboxMachine, isNode: boolean): string {
  const why = `bubblewrap: ${machine.withoutBubblewrap}`;
  if (spawns === true) return `${why}; it starts programs itself, which nothing else here keeps apart. Install bubblewrap.`;
  if (isNode && machine.node !== undefined && hosts.length > 0)
    return `${why}; Node's permission model cannot keep a program to some hosts. Install bubblewrap, or accept "open_network".`;
  return `${why}; the program is no Node program that Node's permission model could keep. Install bubblewrap, or accept "unsandboxed".`;
}

function bubblewrapped(request: SandboxRequest, machine: SandboxMachine, bwrap: string): SandboxPlan {
  const { command, args, env, folder, readable = [], empty = [], hosts = [], limits } = request;
  const socket = `${folder}.egress`;
  const open = hosts.length > 0;
  const node = machine.node ?? '';
  const proxy: Record<string, string> = open ? proxyEnv(`http://127.0.0.1:${BRIDGE_PORT}`) : {};
  const given = {
    PATH: `/usr/local/bin:/usr/bin:/bin${command.startsWith('/') ? `:${dirname(command)}` : ''}`,
    HOME: folder,
    TMPDIR: '/tmp',
    LANG: 'C.UTF-8',
    ...env,
    ...proxy,
  };
  const inside = open ? [node, '-e', BRIDGE, String(BRIDGE_PORT), SOCKET_INSIDE, command, ...args] : [command, ...args];
  return {
    kind: 'bubblewrap',
    command: machine.prlimit ?? bwrap,
    args: [
      ...(machine.prlimit === undefined ? [] : [...rlimits(), bwrap]),
      ...['--unshare-all', '--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--hostname', 'sandbox', '--clearenv'],
      ...['--args', String(PRIVATE_DESCRIPTOR)],
      ...SYSTEM.flatMap((path) => ['--ro-bind-try', path, path]),
      ...['--proc', '/proc', '--dev', '/dev'],
      ...['/tmp', '/run'].flatMap((path) => [...(machine.bounds === true ? ['--size', MEMORY_FOLDER] : []), '--tmpfs', path]),
      ...empty.flatMap((path) => ['--dir', path]),
      ...[...readable, ...(command.startsWith('/') ? [command] : []), ...(open ? [node] : [])].flatMap((path) => ['--ro-bind', path, path]),
      ...(open ? ['--bind', socket, SOCKET_INSIDE] : []),
      ...['--bind', folder, folder, '--chdir', folder, '--'],
      ...inside,
    ],
    env: {},
    given: Object.entries(given)
      .map(([key, value]) => `--setenv\0${key}\0${value}\0`)
      .join(''),
    folder,
    limits,
    egress: open ? { socket, hosts } : undefined,
    enforced: [
      { protection: 'files', state: 'enforced', how: 'it sees its own folder, what it may read, and the programs of the system' },
      { protection: 'environment', state: 'enforced', how: 'it gets the variables that were named, and no other' },
      {
        protection: 'network',
        state: 'enforced',
        how: open
          ? `a network of its own; the only way out is our proxy, to ${hosts.join(', ')}`
          : 'a network of its own without a way out',
      },
      ...watched(limits, machine),
    ],
  };
}

function contained(request: SandboxRequest, machine: SandboxMachine, engine: string, image: string): SandboxPlan {
  const { command, args, env, folder, readable = [], limits } = request;
  const memory =
    limits.memoryBytes === undefined ? [] : ['--memory', String(limits.memoryBytes), '--memory-swap', String(limits.memoryBytes)];
  const processes = limits.processes === undefined ? [] : ['--pids-limit', String(limits.processes)];
  const cpu = limits.cpuSeconds === undefined ? [] : ['--ulimit', `cpu=${limits.cpuSeconds}`];
  return {
    kind: 'container',
    command: engine,
    args: [
      ...[
        'run',
        '--rm',
        '--interactive',
        '--init',
        '--network',
        'none',
        '--read-only',
        '--cap-drop',
        'ALL',
        '--security-opt',
        'no-new-privileges',
        '--pull',
        'never',
      ],
      ...[...memory, ...processes, ...cpu],
      ...['--tmpfs', '/tmp', '--volume', `${folder}:${folder}`, '--workdir', folder],
      ...readable.flatMap((path) => ['--volume', `${path}:${path}:ro`]),
      ...['--env-file', `/dev/fd/${PRIVATE_DESCRIPTOR}`],
      ...[image, command, ...args],
    ],
    env: {},
    given: Object.entries({ HOME: folder, ...env })
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
    folder,
    limits,
    egress: undefined,
    enforced: [
      { protection: 'files', state: 'enforced', how: 'it sees its image, its own folder, and what it may read' },
      { protection: 'environment', state: 'enforced', how: 'it gets the variables that were named, and those of its image' },
      { protection: 'network', state: 'enforced', how: 'it has none' },
      bound('processes', processes, 'counted by the kernel'),
      bound('memory', memory, 'counted by the kernel'),
      cpu.length === 0
        ? { protection: 'cpu', state: 'not', how: 'no bound is set' }
        : { protection: 'cpu', state: 'partly', how: 'seconds of each process, not of all together' },
      ...watched(limits, machine).filter(({ protection }) => protection === 'output' || protection === 'time'),
    ],
  };
}

function bound(protection: Enforcement['protection'], flags: readonly string[], how: string): Enforcement {
  return flags.length === 0 ? { protection, state: 'not', how: 'no bound is set' } : { protection, state: 'enforced', how };
}

function permitted(request: SandboxRequest, machine: SandboxMachine, node: string, script: readonly string[]): SandboxPlan {
  const { env, folder, readable = [], hosts = [], limits } = request;
  const open = hosts.length > 0;
  const heap = limits.memoryBytes === undefined ? [] : [`--max-old-space-size=${Math.max(64, Math.floor(limits.memoryBytes / 2_097_152))}`];
  const others = watched(limits, machine).filter(({ protection }) => protection !== 'processes');
  return {
    kind: 'node_permission',
    command: machine.prlimit ?? node,
    args: [
      ...(machine.prlimit === undefined ? [] : [...rlimits(), node]),
      '--permission',
      ...[folder, ...readable].map((path) => `--allow-fs-read=${path}`),
      `--allow-fs-write=${folder}`,
      ...(open ? ['--allow-net'] : []),
      ...heap,
      ...script,
    ],
    env: { HOME: folder, TMPDIR: folder, LANG: 'C.UTF-8', ...env },
    folder,
    limits,
    egress: undefined,
    enforced: [
      {
        protection: 'files',
        state: 'partly',
        how: 'Node refuses other files; a hole in Node is a way out, and links inside of its folders are followed',
      },
      {
        protection: 'environment',
        state: 'partly',
        how: 'it gets the variables that were named; the same user, so other processes of ours can be seen where files can be read',
      },
      open
        ? { protection: 'network', state: 'not', how: 'Node can allow all hosts or none: every host can be reached' }
        : { protection: 'network', state: 'enforced', how: 'Node refuses connections' },
      { protection: 'processes', state: 'enforced', how: 'Node refuses to start processes, threads and native code' },
      ...others,
    ],
  };
}

function bare({ command, args, env, folder, limits }: SandboxRequest, machine: SandboxMachine): SandboxPlan {
  return {
    kind: 'unsandboxed',
    command: machine.prlimit ?? command,
    args: machine.prlimit === undefined ? args : [...rlimits(), command, ...args],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: folder, ...env },
    folder,
    limits,
    egress: undefined,
    enforced: [
      { protection: 'files', state: 'not', how: 'it may do what our user may: accepted by the operator' },
      {
        protection: 'environment',
        state: 'partly',
        how: 'it gets the variables that were named, but can read those of our other processes',
      },
      { protection: 'network', state: 'not', how: 'accepted by the operator' },
      ...watched(limits, machine).map((one): Enforcement =>
        one.state === 'enforced' && (one.protection === 'processes' || one.protection === 'memory' || one.protection === 'cpu')
          ? { ...one, state: 'partly', how: `${one.how}; what leaves its parent is not seen` }
          : one,
      ),
    ],
  };
}

/** No core files with what was in memory, no file over 256 MB. */
function rlimits(): string[] {
  return ['--core=0', '--fsize=268435456', '--nofile=1024', '--'];
}

function proxyEnv(url: string): Record<string, string> {
  return {
    HTTP_PROXY: url,
    HTTPS_PROXY: url,
    ALL_PROXY: url,
    http_proxy: url,
    https_proxy: url,
    all_proxy: url,
    NODE_USE_ENV_PROXY: '1',
    NO_PROXY: '',
  };
}

/** The script and arguments when the program is one of Node's. */
function nodeScript({ command, args }: SandboxRequest): readonly string[] | undefined {
  const name = command.split('/').at(-1) ?? '';
  if (name === 'node' || name === 'node.exe') return args.length > 0 && !(args[0] ?? '-').startsWith('-') ? args : undefined;
  return /\.[cm]?js$/.test(name) && command.startsWith('/') ? [command, ...args] : undefined;
}
