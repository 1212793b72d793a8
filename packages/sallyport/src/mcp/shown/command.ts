import type { Command, CommandContext, Flag } from '../../kernel/index.ts';
import { approveOrReject, diffPins, listPins, showPin } from './pins.ts';
import { showReach } from './reach.ts';
import { listRuns, showRun } from './runs.ts';
import { listServers } from './servers.ts';

const SOURCE: Flag = { name: 'source', value: 'demo', summary: 'The made-up servers and runs of `sallyport demo load`.' };

type Action = (context: CommandContext, args: readonly string[]) => Promise<number>;
const PINS: Readonly<Record<string, Action>> = {
  list: listPins,
  show: showPin,
  diff: diffPins,
  approve: (context, args) => approveOrReject(context, args, 'approve'),
  reject: (context, args) => approveOrReject(context, args, 'reject'),
};
const RUNS: Readonly<Record<string, Action>> = { list: listRuns, show: showRun };

/** What the console shows of tool servers, pins, reach and runs, by the same control API. */
export const SHOWN_COMMANDS: readonly Command[] = [
  {
    name: 'mcp servers',
    summary: 'Lists the MCP servers: how they are, how they are kept apart, and what of their definitions waits.',
    flags: [SOURCE],
    run: listServers,
  },
  {
    name: 'mcp pins',
    summary: 'Shows the definitions of MCP servers and what has changed; approves or rejects exactly what you looked at.',
    usage: '[list|show|diff|approve|reject] [SERVER] [PIN...]',
    flags: [
      { name: 'state', value: 'STATE', summary: 'List only what is pinned, waiting, changed or rejected.' },
      { name: 'refs', summary: 'List the PINs alone, one a line.' },
      { name: 'why', value: 'TEXT', summary: 'What you say to it; it is kept with the answer.' },
      SOURCE,
    ],
    run: (context) => act(context, PINS),
  },
  {
    name: 'mcp reach',
    summary: 'Draws what a key or an agent reaches, and which tools are dangerous together; without WHO, lists who there is.',
    usage: '[WHO]',
    flags: [SOURCE],
    run: showReach,
  },
  {
    name: 'mcp runs',
    summary: 'Lists runs of agents, or shows one: its turns, its calls, and where each value of a call comes from.',
    usage: '[list|show] [ID]',
    flags: [
      { name: 'since', value: 'TIME', summary: 'List runs from this time on: 15m, 2h, 7d ago, or ISO 8601 (7d).' },
      { name: 'principal', value: 'ID', summary: 'List what this principal did.' },
      SOURCE,
    ],
    run: (context) => act(context, RUNS),
  },
];

function act(context: CommandContext, actions: Readonly<Record<string, Action>>): Promise<number> {
  const [name = 'list', ...args] = context.args;
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  return action === undefined ? misused(context, `Which of ${Object.keys(actions).join(', ')}?`) : action(context, args);
}

/** Exit code 2: what was asked for is not understood. */
function misused(context: CommandContext, say: string): Promise<number> {
  context.note(`${say}\n`);
  return Promise.resolve(2);
}
