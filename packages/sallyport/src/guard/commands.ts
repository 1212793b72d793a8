import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { parser, reasonOf, Type, type Command, type CommandContext, type Json } from '../kernel/index.ts';
import { inspectRow, ORIGINS, type InspectPoint } from './bulk.ts';
import { CHOICE_COMMANDS } from './choice_commands.ts';
import { drawScan } from './drawing.ts';
import { fail } from './errors.ts';
import { createGuards, type Guards } from './guards.ts';

const inspect: Command = {
  name: 'inspect',
  summary: 'Shows what the guards find in a text, or in a file of rows; nothing leaves this machine.',
  usage: '[TEXT|-]',
  flags: [
    { name: 'jsonl', value: 'FILE', summary: 'Inspect rows {"id", "text"}; gzip is understood.' },
    { name: 'out', value: 'FILE', summary: 'Where the results of --jsonl go.' },
    {
      name: 'point',
      value: 'prompt|content|tool_result',
      summary: 'Judge as what a user typed (default), text from outside, or an answer of a tool.',
    },
    { name: 'list', summary: 'List the guards.' },
  ],
  run,
};

/** The guard's commands. */
export const COMMANDS: readonly Command[] = [inspect, ...CHOICE_COMMANDS];

async function run(context: CommandContext): Promise<number> {
  const guards = createGuards({ config: {}, canaries: [] });
  const point = pointOf(context.flags['point']);
  if (context.flags['list'] === true) return list(guards, context);
  const { jsonl, out } = context.flags;
  if (typeof jsonl === 'string' && typeof out === 'string') return inspectFile(guards, jsonl, out, point, context);
  const given = context.args.join(' ');
  if (given === '' || typeof jsonl === 'string') throw fail('INSPECT_USAGE');
  return inspectText(guards, given === '-' ? await readAll(process.stdin) : given, point, context);
}

function pointOf(flag: CommandContext['flags'][string]): InspectPoint {
  if (flag === undefined) return 'prompt';
  if (flag === 'prompt' || flag === 'content' || flag === 'tool_result') return flag;
  throw fail('INSPECT_USAGE', { say: 'The point is prompt, content or tool_result.' });
}

function list(guards: Guards, context: CommandContext): number {
  const all = guards.describe();
  if (context.json) context.out(`${JSON.stringify(all)}\n`);
  else
    for (const { id, finds, stream, points } of all)
      context.out(`${id.padEnd(16)} ${finds}\n${' '.repeat(17)}at ${Object.keys(points).join(', ')}; stream: ${stream}\n`);
  return 0;
}

/** Exit code of a text that was flagged. */
const FLAGGED = 1;

function inspectText(guards: Guards, text: string, point: InspectPoint, context: CommandContext): number {
  const row = inspectRow(guards, 0, text, point);
  if (context.json) context.out(`${JSON.stringify(row)}\n`);
  else context.out(drawScan(text, guards.scan(text, { point, origin: ORIGINS[point], part: 0 }), context.width));
  return row.decision === 'deny' ? FLAGGED : 0;
}

/** Rows after which progress is told. */
const PROGRESS_ROWS = 5000;

const parseRow = parser(Type.Object({ id: Type.Optional(Type.Union([Type.String(), Type.Number()])), text: Type.String() }));

/** One result a row, in order; a row without id has its line's number from 0. Memory does not grow with the file. */
async function inspectFile(guards: Guards, input: string, output: string, point: InspectPoint, context: CommandContext): Promise<number> {
  const out = createWriteStream(output);
  const failed = once(out, 'error').then(([error]: unknown[]) => error);
  let number = 0;
  let flagged = 0;
  for await (const line of linesOf(input)) {
    context.signal.throwIfAborted();
    if (line.trim() === '') continue;
    const { id, text } = readRow(line, number);
    const row = inspectRow(guards, id ?? number, text, point);
    if (row.flagged) flagged++;
    number++;
    if (!out.write(`${JSON.stringify(row)}\n`))
      await Promise.race([once(out, 'drain'), failed.then((error) => Promise.reject(asError(error)))]);
    if (number % PROGRESS_ROWS === 0) context.note(`${number} rows, ${flagged} flagged\n`);
  }
  out.end();
  await Promise.race([once(out, 'finish'), failed.then((error) => Promise.reject(asError(error)))]);
  const summary: Json = { rows: number, flagged };
  if (context.json) context.out(`${JSON.stringify(summary)}\n`);
  else context.note(`${number} rows, ${flagged} flagged, written to ${output}\n`);
  return 0;
}

function asError(error: unknown): Error {
  return fail('INSPECT_INPUT', { say: reasonOf(error), cause: error });
}

async function* linesOf(path: string): AsyncGenerator<string> {
  try {
    const file = createReadStream(path);
    const input = path.endsWith('.gz') ? pipeline(file, createGunzip(), () => undefined) : file;
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    throw asError(error);
  }
}

function readRow(line: string, number: number): { id?: string | number; text: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw fail('INSPECT_INPUT', { say: `Line ${number + 1} is not JSON.`, cause: error });
  }
  const row = parseRow(value);
  if (!row.ok) throw fail('INSPECT_INPUT', { say: `Line ${number + 1} has no text.` });
  return row.value;
}
