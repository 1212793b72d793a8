import { table, type CommandContext } from '../../kernel/index.ts';
import { ask, printed } from './ask.ts';

type Who = { readonly id: string; readonly name: string; readonly kind: string };
type Reach = {
  readonly who: Who;
  readonly servers: readonly { readonly name: string; readonly kind: string }[];
  readonly tools: readonly { readonly server: string; readonly name: string; readonly effect: string; readonly legs: readonly string[] }[];
  readonly withheld: readonly { readonly server: string; readonly name: string; readonly state: string }[];
  readonly combinations: readonly { readonly kind: string; readonly by: Readonly<Record<string, readonly string[] | undefined>> }[];
};

const LEGS: Readonly<Record<string, string>> = {
  private: 'reads private data',
  untrusted: 'reads what others wrote',
  outside: 'sends out',
  destructive: 'destroys',
};
const DANGERS: Readonly<Record<string, string>> = {
  exfiltration: 'What somebody else wrote can have private data sent out.',
  sabotage: 'What somebody else wrote can have things destroyed.',
};
/** Tools of one leg that are named. */
const MAX_NAMED = 8;

/** `mcp reach [WHO]`: an id, or a name that only one has. */
export async function showReach(context: CommandContext): Promise<number> {
  const [asked] = context.args;
  const { principals } = (await ask(context, '/api/mcp/principals', [])) as unknown as { principals: readonly Who[] };
  if (asked === undefined) {
    const rows = principals.map(({ id, name, kind }) => [id, kind, name]);
    const columns = [{ title: 'WHO', whole: true }, { title: 'KIND' }, { title: 'NAME' }];
    context.out(
      context.json ? JSON.stringify(principals) : rows.length === 0 ? 'Nobody may use tools.' : table(columns, rows, context.width),
    );
    return 0;
  }
  const named = principals.filter(({ name }) => name === asked);
  if (named.length > 1) {
    context.note(`${asked} is the name of ${named.length}: say the id (${named.map(({ id }) => id).join(', ')}).\n`);
    return 2;
  }
  const reach = (await ask(context, '/api/mcp/reach', [], { who: named[0]?.id ?? asked })) as unknown as Reach;
  if (!context.json) return printed(context, drawn(reach));
  context.out(JSON.stringify(reach));
  return 0;
}

function drawn({ who, servers, tools, withheld, combinations }: Reach): string[] {
  const lines = [`${who.name} (${who.kind}, ${who.id})`];
  servers.forEach(({ name, kind }, at) => {
    const last = at === servers.length - 1;
    lines.push(`${last ? '└─' : '├─'} ${name} (${kind})`);
    const own = [
      ...tools
        .filter(({ server }) => server === name)
        .map((tool) => [tool.name, tool.effect, tool.legs.map((leg) => LEGS[leg] ?? leg).join(', ')] as const),
      ...withheld.filter(({ server }) => server === name).map((tool) => [tool.name, tool.state, 'not offered'] as const),
    ];
    const widths = [0, 1].map((part) => Math.max(0, ...own.map((row) => (row[part] ?? '').length)));
    own.forEach(([tool, effect, legs], n) => {
      const branch = `${last ? '  ' : '│ '} ${n === own.length - 1 ? '└─' : '├─'}`;
      lines.push(`${branch} ${tool.padEnd(widths[0] ?? 0)}  ${effect.padEnd(widths[1] ?? 0)}  ${legs}`.trimEnd());
    });
  });
  if (servers.length === 0) lines.push('└─ no server');
  for (const { kind, by } of combinations) {
    lines.push('', `DANGEROUS TOGETHER: ${kind}. ${DANGERS[kind] ?? ''}`);
    for (const [leg, names = []] of Object.entries(by)) {
      const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
      lines.push(`  ${(LEGS[leg] ?? leg).padEnd(24)}${names.slice(0, MAX_NAMED).join(', ')}${more}`);
    }
  }
  return lines;
}
