import { table, type CommandContext } from '../../kernel/index.ts';
import { ask, shortTime } from './ask.ts';

type Server = {
  readonly name: string;
  readonly kind: string;
  readonly address: string;
  readonly state: string;
  readonly checked: number | null;
  readonly problem: string | null;
  readonly sandbox: { readonly kind: string } | { readonly refused: string } | null;
  readonly toolCount: number;
  readonly waiting: number;
  readonly rejected: number;
  readonly leftOut: readonly { readonly kind: string; readonly name: string; readonly reason: string }[];
};

const COLUMNS = [
  { title: 'SERVER', whole: true },
  { title: 'STATE', whole: true },
  { title: 'LOOKED AT' },
  { title: 'TOOLS', align: 'right' },
  { title: 'WAITING', align: 'right' },
  { title: 'APART BY' },
  { title: 'ADDRESS' },
] as const;

/** `mcp servers` */
export async function listServers(context: CommandContext): Promise<number> {
  const { servers } = (await ask(context, '/api/mcp/servers', [])) as unknown as { servers: readonly Server[] };
  if (context.json) context.out(JSON.stringify(servers));
  else if (servers.length === 0) context.out('No server is configured (`mcp.servers` of sallyport.yaml).');
  else {
    context.out(table(COLUMNS, servers.map(row), context.width));
    for (const { name, problem, leftOut } of servers) {
      if (problem !== null) context.out(`${name}: ${problem}`);
      for (const one of leftOut) context.out(`${name}: the ${one.kind} ${one.name} is left out: ${one.reason}`);
    }
  }
  return 0;
}

function row({ name, kind, address, state, checked, sandbox, toolCount, waiting }: Server): string[] {
  const apart = sandbox === null ? (kind === 'http' ? 'elsewhere' : '') : 'kind' in sandbox ? sandbox.kind : 'not started';
  return [name, state, shortTime(checked), String(toolCount), String(waiting), apart, address];
}
