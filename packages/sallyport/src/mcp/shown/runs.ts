import type { Event, EventCall, EventValue } from '../../audit/index.ts';
import type { Run } from '../../audit/service.ts';
import { table, type CommandContext } from '../../kernel/index.ts';
import { ask, printed, shortTime } from './ask.ts';

type RunEvents = { readonly events: readonly Event[]; readonly beside: readonly Event[]; readonly shortened: boolean };

const COLUMNS = [
  { title: 'RUN', whole: true },
  { title: 'STARTED (UTC)', whole: true },
  { title: 'WHO' },
  { title: 'TURNS', align: 'right' },
  { title: 'CALLS', align: 'right' },
  { title: 'DOUBTFUL', align: 'right' },
  { title: 'STOPPED', align: 'right' },
  { title: 'TOOLS' },
] as const;
/** Where a value comes from, in words. */
const ORIGINS: Readonly<Record<EventValue['origin'], string>> = {
  user: 'the user',
  system: 'the operator',
  trusted: 'a trusted tool',
  self: 'the caller itself',
  field: 'a field of a result',
  made: 'an earlier action',
  prose: 'text of content',
  assistant: 'the model',
  unseen: 'nowhere',
};

/** `mcp runs list` */
export async function listRuns(context: CommandContext): Promise<number> {
  const { runs } = (await ask(context, '/api/runs', ['since', 'principal'])) as unknown as { runs: readonly Run[] };
  if (context.json) context.out(JSON.stringify(runs));
  else if (runs.length === 0) context.out('There are no such runs.');
  else context.out(table(COLUMNS, runs.map(row), context.width));
  return 0;
}

function row({ id, started, principal, turns, calls, doubtful, stopped, tools }: Run): string[] {
  return [id, shortTime(started), principal, ...[turns, calls, doubtful, stopped].map(String), tools.join(', ')];
}

/** `mcp runs show ID`: turns and calls in their order, each value with where it comes from. What was said is not in events. */
export async function showRun(context: CommandContext, [id]: readonly string[]): Promise<number> {
  if (id === undefined) {
    context.note('Which run? `sallyport mcp runs list` shows their ids.\n');
    return 2;
  }
  const run = (await ask(context, `/api/runs/${encodeURIComponent(id)}`, [])) as unknown as RunEvents;
  if (!context.json) return printed(context, drawn(id, run));
  context.out(JSON.stringify(run));
  return 0;
}

function drawn(id: string, { events, beside, shortened }: RunEvents): string[] {
  const turns = events.filter(({ kind }) => kind === 'gateway.request');
  const known = new Set<string>(turns.map(({ uid }) => uid));
  const isCall = ({ kind }: Event): boolean => kind === 'mcp.request';
  // Calls whose turn is not among these events, and those that no reply proposed, stand by themselves.
  const alone = [...events.filter((event) => isCall(event) && (event.cause === undefined || !known.has(event.cause))), ...beside];
  const [first] = turns;
  const lines = [
    `${id}  ${first === undefined ? '' : `${first.actor.principal}, ${turns.length} ${turns.length === 1 ? 'turn' : 'turns'}`}`,
  ];
  if (shortened) lines.push('The run has more events than are shown here: these are the newest.');
  let number = 0;
  for (const event of [...turns, ...alone].sort((a, b) => a.time - b.time)) {
    lines.push('');
    if (isCall(event)) lines.push(...made(event, true));
    else
      lines.push(
        ...turn(event, ++number),
        ...events.filter((one) => isCall(one) && one.cause === event.uid).flatMap((one) => made(one, false)),
      );
  }
  return lines;
}

function turn(event: Event, number: number): string[] {
  const { time, api, messages = [], calls = [] } = event;
  return [
    `● turn ${number}  ${clockOf(time)}  ${api?.model ?? ''}  ${decisionOf(event)}`,
    ...messages.map(
      ({ message, origin, tool, size }) =>
        `│   message ${message} from ${origin}${tool === undefined ? '' : ` (${tool})`}, ${size} characters`,
    ),
    ...(calls.length === 0 ? ['│   the model calls no tool'] : calls.flatMap(proposed)),
  ];
}

function proposed({ tool, effect, flow, reasons, values, more }: EventCall): string[] {
  const widths = [Math.max(0, ...values.map(({ argument }) => argument.length)), Math.max(0, ...values.map(({ kind }) => kind.length))];
  return [
    `├─ proposes ${tool} (${effect}): ${flow}${reasons.length === 0 ? '' : `, ${reasons.join(', ')}`}`,
    ...values.map((value) => {
      const { argument, kind, reasons: against } = value;
      const why = against.length === 0 ? '' : `  ! ${against.join(', ')}`;
      return `│     ${argument.padEnd(widths[0] ?? 0)}  ${kind.padEnd(widths[1] ?? 0)}  from ${originOf(value)}${why}`;
    }),
    ...(more === undefined ? [] : [`│     and ${more} more`]),
  ];
}

function originOf({ origin, message, tool, whole, bound, steered }: EventValue): string {
  const place = message < 0 ? '' : `, message ${message}${tool === undefined ? '' : ` (${tool})`}`;
  const known = [
    whole === true ? 'a whole field' : '',
    bound === true ? 'the request speaks of it' : '',
    steered === true ? 'of a read that content steered' : '',
  ];
  const words = known.filter((one) => one !== '');
  return `${ORIGINS[origin]}${place}${words.length === 0 ? '' : ` [${words.join('; ')}]`}`;
}

/** What became of a call at its server. */
function made(event: Event, alone: boolean): string[] {
  const { time, target, status_code: code, timings } = event;
  const took = timings?.['server'] === undefined ? '' : `, ${Math.round(timings['server'])} ms at the server`;
  const sign = alone ? '○ no reply proposed' : '├─ calls';
  return [`${sign} ${target?.name ?? ''}  ${clockOf(time)}  ${decisionOf(event)}${code === undefined ? '' : ` (${code})`}${took}`];
}

function decisionOf({ decision, uid }: Event): string {
  const rules = (decision?.rules ?? []).filter(({ action }) => action === decision?.action && action !== 'allow').map((one) => one.id);
  return `${decision?.action ?? ''}${rules.length === 0 ? '' : ` by ${rules.join(', ')}`}  ${uid}`;
}

function clockOf(time: number): string {
  return `${new Date(time).toISOString().slice(11, 19)} UTC`;
}
