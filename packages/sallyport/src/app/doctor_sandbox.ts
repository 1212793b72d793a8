import { readMachine } from '../mcp/service.ts';
import { doubtful, good, type Check } from './doctor_check.ts';

/** What keeps tool servers apart on this machine; none of it is needed by a gate that starts none. */
export async function checkSandbox(env: Readonly<Record<string, string | undefined>>): Promise<Check> {
  const machine = await readMachine(env);
  const limits = machine.proc ? '' : ' Memory, processor and processes are not bounded here (no /proc).';
  if (machine.bubblewrap !== undefined) return good('sandbox', `bubblewrap keeps tool servers to their files and hosts.${limits}`);
  const container = machine.container === undefined ? '' : ' Servers with an image run in containers without network.';
  const node =
    machine.node === undefined
      ? ' No program is started that the operator does not accept as unsandboxed.'
      : ' Node programs are kept by the permission model of Node: other files and all connections are refused, lists of hosts cannot be kept. Others are refused.';
  return doubtful(
    'sandbox',
    `bubblewrap ${machine.withoutBubblewrap}.${container}${node}${limits}`,
    'Install bubblewrap (apt-get install bubblewrap), and allow user namespaces.',
  );
}
