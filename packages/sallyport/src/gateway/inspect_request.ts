import type { Part, ReadRequest } from '../message/index.ts';
import type { Exchange } from './exchange.ts';
import type { PartFacts } from './ledger.ts';
import { failureOf, refusalOf, type Refused } from './refusal.ts';
import { maskOf, maskSpans, QUARANTINE_NOTICE, replaceSpans } from './rewrite.ts';

/**
 * Checks every part of every turn, masks and quarantines in the body that will be forwarded, and answers the first refusal.
 * The walk goes on after a refusal, so that the event shows everything that is wrong.
 */
export function inspectRequest(exchange: Exchange, request: ReadRequest): Refused | undefined {
  let refused: Refused | undefined;
  for (const part of request.parts) {
    const failures = exchange.ledger.failures.length;
    const found = inspectPart(exchange, part) ?? failureOf(exchange.ledger, failures, part.where);
    refused ??= found;
  }
  return refused;
}

function inspectPart(exchange: Exchange, part: Part): Refused | undefined {
  const { judge, ledger, placeholders } = exchange;
  // What looks like a placeholder in incoming text is not ours: it must never be restored.
  const text = part.kind === 'text' ? placeholders.escapeLookalikes(part.text) : '';
  if (text !== part.text && part.kind === 'text') part.set(text);
  const { findings, verdict } = judge.part(factsOf(part, text), text);
  const refused = refusalOf(verdict, part.where);
  if (refused !== undefined) return refused;
  if (verdict.quarantine) {
    part.set(QUARANTINE_NOTICE);
    ledger.quarantined++;
  } else if (verdict.masks.length > 0) {
    const spans = maskSpans(findings, verdict.masks);
    part.set(replaceSpans(text, spans, (span, value) => maskOf(span.finding, value, placeholders, ledger, true)));
  }
  return undefined;
}

/** What the assistant said or called in earlier turns goes to the model again: it is judged as text on its way in, not as a new reply. */
function factsOf(part: Part, text: string): PartFacts {
  return {
    part: part.id,
    point: part.point === 'response' || part.point === 'tool_call' ? 'prompt' : part.point,
    origin: part.origin,
    role: part.role,
    kind: part.kind,
    turn: part.turn,
    where: part.where,
    size: text.length,
    scanned: part.kind === 'text',
    ...(part.media === undefined ? {} : { media: part.media }),
    ...(part.tool === undefined ? {} : { tool: part.tool.name }),
  };
}
