import type { Part, ReadReply, ToolCall } from '../message/index.ts';
import { reconcile } from '../message/index.ts';
import { isObject, readJsonText, type Finding, type JsonObject } from '../kernel/index.ts';
import type { RestoreContext } from '../guard/index.ts';
import type { Verdict } from '../policy/index.ts';
import { isHeld, type HeldCall } from './approvals.ts';
import type { Exchange } from './exchange.ts';
import type { AskedCall } from './flow.ts';
import type { PartFacts } from './ledger.ts';
import { failureOf, refusalOf, type Refused } from './refusal.ts';
import { maskOf, maskSpans, replaceSpans } from './rewrite.ts';

/** Part numbers of a reply go on after those of its request, so that an event names each part once. */
export function replyPart(exchange: Exchange, id: number): number {
  return exchange.request.parts.length + id;
}

/** What a whole reply comes to: refused, or with calls that wait for a person, by their place. */
export type Inspected = {
  readonly refused: Refused | undefined;
  readonly held: ReadonlyMap<ToolCall, HeldCall>;
  /** The calls that the client makes, as they were judged. */
  readonly asked: ReadonlyMap<ToolCall, AskedCall>;
};

/** Asks the second stage about what tools of the provider brought into the reply; undefined without one. */
export function prepareReply(exchange: Exchange, reply: ReadReply): Promise<void> | undefined {
  return exchange.judge.prepare(() => reply.parts.map((part) => ({ facts: factsOf(exchange, part), text: part.text })));
}

/** Checks a whole reply: every text, then every tool call with its arguments; masks, restores what this request masked, or refuses. */
export function inspectReply(exchange: Exchange, reply: ReadReply): Inspected {
  let refused: Refused | undefined;
  const calls = new Map<number, CallUnderWay>();
  const held = new Map<ToolCall, HeldCall>();
  const made = new Map<ToolCall, AskedCall>();
  for (const call of reply.toolCalls) {
    // The flow of a call is one thing, whatever the number of its texts; and it is judged before anything is masked.
    const asked: AskedCall | undefined = call.provider ? undefined : { name: call.name, arguments: call.arguments, id: call.id };
    if (asked !== undefined) made.set(call, asked);
    for (const [i, part] of call.parts.entries()) calls.set(part, { call, asked, first: i === 0, held });
  }
  for (const part of reply.parts) {
    const failures = exchange.ledger.failures.length;
    refused ??= inspectText(exchange, reply, part, calls.get(part.id)) ?? failureOf(exchange.ledger, failures, part.where);
  }
  for (const call of reply.toolCalls) {
    if (call.parts.length === 0) refused ??= judgeCall(exchange, call, held);
  }
  if (refused === undefined) reconcile(reply.body);
  return { refused, held, asked: made };
}

type CallUnderWay = {
  readonly call: ToolCall;
  readonly asked: AskedCall | undefined;
  /** Of the texts of the call this is the first one. */
  readonly first: boolean;
  readonly held: Map<ToolCall, HeldCall>;
};

/** The refusal that a verdict about a call means, unless a person is asked: then the call is noted. */
function refusedOrHeld(
  exchange: Exchange,
  call: ToolCall,
  verdict: Verdict,
  findings: readonly Finding[],
  held: Map<ToolCall, HeldCall>,
): Refused | undefined {
  if (!isHeld(exchange, verdict, call.provider)) return refusalOf(verdict, call.where);
  const known = held.get(call);
  held.set(call, {
    name: call.name,
    // Read when it is asked about: after masks.
    get arguments() {
      return call.arguments;
    },
    verdict: known?.verdict ?? verdict,
    findings: [...(known?.findings ?? []), ...findings],
    where: call.where,
  });
  return undefined;
}

function inspectText(exchange: Exchange, reply: ReadReply, part: Part, under: CallUnderWay | undefined): Refused | undefined {
  const { judge, ledger, placeholders } = exchange;
  const text = part.text;
  const args = under === undefined ? undefined : (under.call.input ?? {});
  const { findings, verdict } = judge.part(factsOf(exchange, part), text, { args, call: under?.asked, flow: under?.first === true });
  const refused = under === undefined ? refusalOf(verdict, part.where) : refusedOrHeld(exchange, under.call, verdict, findings, under.held);
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
function judgeCall(exchange: Exchange, call: ToolCall, held: Map<ToolCall, HeldCall>): Refused | undefined {
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
  const asked: AskedCall | undefined = call.provider ? undefined : { name: call.name, arguments: call.arguments, id: call.id };
  const findings = asked === undefined ? [] : exchange.judge.flowFindings(asked, facts.part);
  const verdict = exchange.judge.decide(facts, findings, call.input ?? {}, asked);
  if (findings.length > 0) exchange.ledger.add(facts, '', findings, verdict);
  else exchange.ledger.decide(verdict, 'tool_call', facts.part);
  return refusedOrHeld(exchange, call, verdict, findings, held);
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

/** A call's arguments as rules read them: malformed ones are an empty object, and the text itself was scanned. */
export function argumentsOf(raw: string): JsonObject {
  const read = readJsonText(raw);
  return read.ok && isObject(read.value) ? read.value : {};
}
