import { parser, Type, type Json } from '../kernel/index.ts';
import type { Effect } from './effect.ts';
import { readConversation, type Turn } from './conversation.ts';
import type { FlowMode } from './mode.ts';
import { toolFacts, type Manifest, type ToolFacts } from './tool.ts';
import { judgeCall, type Verdict } from './verdict.ts';

const Trace = Type.Object({
  id: Type.String(),
  tools_ref: Type.String(),
  messages: Type.Array(
    Type.Object({
      role: Type.String(),
      content: Type.Optional(Type.Unknown()),
      tool_call_id: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      tool_calls: Type.Optional(
        Type.Union([
          Type.Null(),
          Type.Array(Type.Object({ id: Type.String(), function: Type.Object({ name: Type.String(), arguments: Type.String() }) })),
        ]),
      ),
    }),
  ),
});

/** A recorded run: an agent's messages in the form of the chat API, and which list of tools it had. */
export const parseTrace = parser(Trace);

/** The lists of tools of a set of runs, with what an operator would say about each. */
export const parseTools = parser(
  Type.Record(
    Type.String(),
    Type.Array(
      Type.Object({
        name: Type.String(),
        side_effect: Type.Optional(
          Type.Union([Type.Literal('read'), Type.Literal('write'), Type.Literal('egress'), Type.Literal('destructive')]),
        ),
        trusted_output: Type.Optional(Type.Boolean()),
      }),
    ),
  ),
);

export type Trace = {
  id: string;
  tools_ref: string;
  messages: {
    role: string;
    content?: unknown;
    tool_call_id?: string | null;
    tool_calls?: { id: string; function: { name: string; arguments: string } }[] | null;
  }[];
};
type Listed = { name: string; side_effect?: Effect; trusted_output?: boolean };

/** What a list of tools says, as a manifest. */
export function manifestOf(tools: readonly Listed[]): Manifest {
  return Object.fromEntries(
    tools.map((tool) => [
      tool.name,
      {
        ...(tool.side_effect === undefined ? {} : { effect: tool.side_effect }),
        ...(tool.trusted_output === true ? { output: 'trusted' } : {}),
      },
    ]),
  );
}

/** Judges every call of a recorded run, each by the messages before it and nothing else. */
export function replayTrace(trace: Trace, manifest: Manifest, mode: FlowMode): { id: string; verdict: Verdict }[] {
  const known = new Map<string, ToolFacts>();
  const facts = (name: string): ToolFacts => {
    let found = known.get(name);
    if (found === undefined) known.set(name, (found = toolFacts(name, manifest)));
    return found;
  };
  const turns = turnsOf(trace);
  const { conversation, marks } = readConversation(turns, facts);
  return turns.flatMap((turn, i) => {
    if (turn.role !== 'call') return [];
    const before = conversation.before(marks[i] ?? 0);
    return [{ id: turn.call, verdict: judgeCall(before, facts(turn.tool), turn.arguments, { mode }) }];
  });
}

function turnsOf(trace: Trace): Turn[] {
  const names = new Map<string, string>();
  const turns: Turn[] = [];
  for (const [message, { role, content, tool_call_id: id, tool_calls: calls }] of trace.messages.entries()) {
    const text = textOf(content);
    if (role === 'tool') turns.push({ role: 'tool', text, message, tool: names.get(id ?? '') ?? '', call: id ?? '' });
    else
      turns.push({
        role: role === 'developer' ? 'system' : role === 'system' || role === 'user' || role === 'assistant' ? role : 'unknown',
        text,
        message,
      });
    for (const call of calls ?? []) {
      names.set(call.id, call.function.name);
      turns.push({ role: 'call', message, tool: call.function.name, call: call.id, arguments: call.function.arguments });
    }
  }
  return turns;
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string' ? part.text : ''))
    .join('\n');
}

/** A run's decisions as a row. */
export function rowOf(id: string, calls: readonly { id: string; verdict: Verdict }[]): Json {
  return {
    id,
    calls: calls.map((call) => ({
      id: call.id,
      decision: call.verdict.decision,
      reasons: call.verdict.reasons.map((reason) => ({ ...reason })),
    })),
  };
}
