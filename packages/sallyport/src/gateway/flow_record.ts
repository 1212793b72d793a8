import { isObject, type Json } from '../kernel/index.ts';
import type { EventCall, EventMessage, EventValue } from '../audit/index.ts';
import type { Effect, FlowVerdict, Turn } from '../flow/index.ts';

/** What an event tells of the flow of a request: kinds and places, never text. */
export type FlowRecord = {
  readonly messages: readonly EventMessage[];
  readonly calls: readonly EventCall[];
  /** Of the run that the request belongs to; absent before the first call. */
  readonly conversation?: string;
};

/** What one event lists; its schema cuts off the same. */
const MAX_VALUES = 16;
const MAX_MESSAGES = 32;
/** Characters of the user's first words that name a run, beside its first call: ids of calls are mostly random. */
const MAX_OPENING = 2_000;

/** Depth of a schema that is searched for names of arguments, and how many are. */
const MAX_DEPTH = 12;
const MAX_NAMES = 1_000;

/**
 * A call as an event keeps it. Values that something speaks against come before the others. Of arguments the names are told that the tool's
 * definition has: any other one is text of the model.
 */
export function recordCall(
  { tool, effect, part, definition }: { tool: string; effect: Effect; part: number; definition: Json | undefined },
  { decision, reasons, values }: FlowVerdict,
): EventCall {
  const names = new Set<string>();
  addNames(definition, names, 0);
  const said = new Map<string, string[]>();
  for (const { code, argument } of reasons) if (argument !== '') said.set(argument, [...(said.get(argument) ?? []), code]);
  const listed = values
    .map((value): EventValue => ({
      argument: value.path.replaceAll(/\[\d{1,6}\]|[^.[\]]+/g, (step) => (step.startsWith('[') || names.has(step) ? step : UNNAMED)),
      kind: value.kind,
      origin: value.origin,
      message: value.message,
      ...(value.tool === '' ? {} : { tool: value.tool }),
      ...(value.whole ? { whole: true } : {}),
      ...(value.bound ? { bound: true } : {}),
      ...(value.directed ? { steered: true } : {}),
      reasons: said.get(value.path) ?? [],
    }))
    .sort((a, b) => Number(b.reasons.length > 0) - Number(a.reasons.length > 0));
  return {
    tool,
    effect,
    part,
    flow: decision,
    reasons: [...new Set(reasons.map(({ code }) => code))],
    values: listed.slice(0, MAX_VALUES),
    ...(listed.length > MAX_VALUES ? { more: listed.length - MAX_VALUES } : {}),
  };
}

/** Stands for the name of an argument that the tool does not have. */
const UNNAMED = '?';

function addNames(schema: Json | undefined, names: Set<string>, depth: number): void {
  if (typeof schema !== 'object' || schema === null || depth > MAX_DEPTH || names.size > MAX_NAMES) return;
  if (isObject(schema) && isObject(schema['properties'])) for (const name of Object.keys(schema['properties'])) names.add(name);
  for (const inner of Object.values(schema)) addNames(inner, names, depth + 1);
}

/** What a request brings since the last reply that it repeats: of a long history only the end. */
export function newMessages(turns: readonly Turn[]): EventMessage[] {
  const last = turns.findLastIndex(({ role }) => role === 'call' || role === 'assistant');
  return turns.slice(last + 1, last + 1 + MAX_MESSAGES).flatMap((turn): EventMessage[] =>
    turn.role === 'call'
      ? []
      : [
          {
            message: turn.message,
            origin: turn.role,
            ...(turn.role === 'tool' ? { tool: turn.tool } : {}),
            size: turn.text.length,
          },
        ],
  );
}

/**
 * What names a run: its first call and the first words of the user. Both stand in every later request of it; a history that was shortened
 * still names it while the gate remembers what was left out.
 */
export function runOf(turns: readonly Turn[], calls: Iterable<string>): string | undefined {
  const made = turns.find((turn) => turn.role === 'call');
  const [first] = calls;
  const call = made?.role === 'call' ? made.call : first;
  const opening = turns.find(({ role }) => role === 'user');
  return call === undefined ? undefined : `${call}\n${opening?.role === 'user' ? opening.text.slice(0, MAX_OPENING) : ''}`;
}
