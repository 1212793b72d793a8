import { createReadStream, createWriteStream, readdirSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { reasonOf, type Command, type CommandContext, type Json } from '../kernel/index.ts';
import { fail } from './errors.ts';
import { FLOW_MODES, type FlowMode } from './mode.ts';
import { manifestOf, parseTools, parseTrace, replayTrace, rowOf } from './replay.ts';
import type { Manifest } from './tool.ts';

const replay: Command = {
  name: 'flow replay',
  summary: 'Judges the tool calls of recorded agent runs, each by the messages before it.',
  usage: '',
  flags: [
    { name: 'traces', value: 'DIR', summary: 'Folder of recorded runs, .jsonl or .jsonl.gz.' },
    { name: 'tools', value: 'FILE', summary: 'Lists of tools with their side effects, JSON.' },
    { name: 'mode', value: 'relaxed|balanced|strict', summary: 'How much passes unasked (balanced).' },
    { name: 'out', value: 'FILE', summary: 'Where the decisions go, a row a run.' },
  ],
  run,
};

/** The commands of the flow engine. */
export const COMMANDS: readonly Command[] = [replay];

async function run(context: CommandContext): Promise<number> {
  const { traces, tools, out } = context.flags;
  if (typeof traces !== 'string' || typeof tools !== 'string' || typeof out !== 'string') throw fail('FLOW_REPLAY_USAGE');
  const mode = modeOf(context.flags['mode']);
  const manifests = readManifests(tools);
  const output = createWriteStream(out);
  const failed = once(output, 'error').then(([error]: unknown[]) => Promise.reject(unreadable(error)));
  const count = { runs: 0, calls: 0, asked: 0 };
  for (const file of tracesIn(traces)) {
    for await (const line of linesOf(file)) {
      context.signal.throwIfAborted();
      if (line.trim() === '') continue;
      const row = judgeLine(line, manifests, mode, count);
      if (!output.write(`${row}\n`)) await Promise.race([once(output, 'drain'), failed]);
    }
  }
  output.end();
  await Promise.race([once(output, 'finish'), failed]);
  const summary: Json = { ...count };
  if (context.json) context.out(`${JSON.stringify(summary)}\n`);
  else context.note(`${count.runs} runs, ${count.calls} calls, ${count.asked} not allowed unasked, written to ${out}\n`);
  return 0;
}

function modeOf(flag: CommandContext['flags'][string]): FlowMode {
  const mode = FLOW_MODES.find((name) => name === (flag ?? 'balanced'));
  if (mode === undefined) throw fail('FLOW_REPLAY_USAGE', { say: 'The mode is relaxed, balanced or strict.' });
  return mode;
}

function readManifests(file: string): ReadonlyMap<string, Manifest> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw unreadable(error);
  }
  const read = parseTools(value);
  if (!read.ok) throw fail('FLOW_REPLAY_INPUT', { say: `${file} holds no lists of tools.` });
  return new Map(Object.entries(read.value).map(([name, list]) => [name, manifestOf(list)]));
}

function tracesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.jsonl(?:\.gz)?$/.test(name))
      .sort()
      .map((name) => path.join(folder, name));
  } catch (error) {
    throw unreadable(error);
  }
}

function judgeLine(
  line: string,
  manifests: ReadonlyMap<string, Manifest>,
  mode: FlowMode,
  count: { runs: number; calls: number; asked: number },
): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw unreadable(error);
  }
  const trace = parseTrace(value);
  if (!trace.ok) throw fail('FLOW_REPLAY_INPUT', { say: `Run ${count.runs + 1} has not the form of a recorded run.` });
  const calls = replayTrace(trace.value, manifests.get(trace.value.tools_ref) ?? {}, mode);
  count.runs++;
  count.calls += calls.length;
  count.asked += calls.filter((call) => call.verdict.decision !== 'allow').length;
  return JSON.stringify(rowOf(trace.value.id, calls));
}

async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    const raw = createReadStream(file);
    const input = file.endsWith('.gz') ? pipeline(raw, createGunzip(), () => undefined) : raw;
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(error: unknown): Error {
  return fail('FLOW_REPLAY_INPUT', { say: reasonOf(error), cause: error });
}
