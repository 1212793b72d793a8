import type { Part, ReadReply, ToolCall } from '../message/index.ts';
import { reconcile } from '../message/index.ts';
import type { RestoreContext } from '../guard/index.ts';
import type { Exchange } from './exchange.ts';
import type { PartFacts } from './ledger.ts';
import { failureOf, refusalOf, type Refused } from './refusal.ts';
import { maskOf, maskSpans, replaceSpans } from './rewrite.ts';

/** Part numbers of a reply go on after those of its request, so that an event names each part once. */
export function replyPart(exchange: Exchange, id: number): number {
  return exchange.request.parts.length + id;
}

/** Checks a whole reply: every text, then every tool call with its arguments; masks, restores what this request masked, or refuses. */
export function inspectReply(exchange: Exchange, reply: ReadReply): Refused | undefined {
  let refused: Refused | undefined;
  const calls = new Map<number, ToolCall>();
  for (const call of reply.toolCalls) for (const part of call.parts) calls.set(part, call);
  for (const part of reply.parts) {
    const failures = exchange.ledger.failures.length;
    const call = calls.get(part.id);
    refused ??= inspectText(exchange, reply, part, call) ?? failureOf(exchange.ledger, failures, part.where);
  }
  for (const call of reply.toolCalls) {
    if (call.parts.length === 0) refused ??= judgeCall(exchange, call);
  }
  if (refused === undefined) reconcile(reply.body);
  return refused;
}

function inspectText(exchange: Exchange, reply: ReadReply, part: Part, call: ToolCall | undefined): Refused | undefined {
  const { judge, ledger, placeholders } = exchange;
  const text = part.text;
  const { findings, verdict } = judge.part(factsOf(exchange, part), text, call === undefined ? undefined : (call.input ?? {}));
  const refused = refusalOf(verdict, part.where);
  if (refused !== undefined) return refused;
  if (part.kind !== 'text') return undefined;
  const spans = maskSpans(findings, verdict.masks);
  const context = restoreContext(exchange, part.tool?.name, part.point === 'tool_call' && reply.api !== 'messages');
  const rewritten = replaceSpans(
    text,
    spans,
    (span, value) => maskOf(span.finding, value, placeholders, ledger, false),
    (kept) => {
      const restored = placeholders.restore(kept, context);
      ledger.restored += restored.restored;
      return restored.text;
    },
  );
  if (rewritten !== text) part.set(rewritten);
  return undefined;
}

/** A call without arguments has no text, but rules on `tool_call` still decide about it. */
function judgeCall(exchange: Exchange, call: ToolCall): Refused | undefined {
  const facts: PartFacts = {
    part: replyPart(exchange, 0),
    point: 'tool_call',
    origin: 'assistant',
    role: 'assistant',
    kind: 'text',
    turn: 0,
    where: call.where,
    size: 0,
    scanned: true,
    tool: call.name,
  };
  const verdict = exchange.judge.decide(facts, [], call.input ?? {});
  exchange.ledger.decide(verdict, 'tool_call', facts.part);
  return refusalOf(verdict, call.where);
}

/** Where restoring is allowed: in text; in arguments of tools that only read. Never where a value could leave (DESIGN: links, writing tools). */
export function restoreContext(exchange: Exchange, tool: string | undefined, json: boolean): RestoreContext {
  const allow: RestoreContext['allow'] = (_type, place) => place === 'text' || place === 'tool_read';
  if (tool === undefined) return { allow, kind: json ? 'json' : 'text' };
  return { allow, kind: json ? 'json' : 'text', tool: exchange.judge.effect(tool) === 'read' ? 'tool_read' : 'tool_write' };
}

function factsOf(exchange: Exchange, part: Part): PartFacts {
  return {
    part: replyPart(exchange, part.id),
    point: part.point,
    origin: part.origin,
    role: part.role,
    kind: part.kind,
    turn: part.turn,
    where: part.where,
    size: part.text.length,
    scanned: part.kind === 'text',
    ...(part.media === undefined ? {} : { media: part.media }),
    ...(part.tool === undefined ? {} : { tool: part.tool.name }),
  };
}
