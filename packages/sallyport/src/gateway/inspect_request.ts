import type { DocumentPart, ReadDocument } from '../documents/index.ts';
import type { Part, ReadRequest } from '../message/index.ts';
import { failedOn, placeIn, READER, READER_ON_ERROR, type Attachments } from './attachments.ts';
import type { Exchange } from './exchange.ts';
import type { PartFacts } from './ledger.ts';
import { failureOf, refusalOf, type Refused } from './refusal.ts';
import { maskOf, maskSpans, QUARANTINE_NOTICE, replaceSpans } from './rewrite.ts';

/**
 * Checks every part of every turn, masks and quarantines in the body that will be forwarded, and answers the first refusal.
 * The walk goes on after a refusal, so that the event shows everything that is wrong.
 */
export function inspectRequest(exchange: Exchange, request: ReadRequest, attachments: Attachments): Refused | undefined {
  let refused: Refused | undefined;
  for (const part of request.parts) {
    const failures = exchange.ledger.failures.length;
    const read = attachments.get(part.id);
    const found = inspectPart(exchange, part, read) ?? failureOf(exchange.ledger, failures, part.where);
    refused ??= found;
  }
  return refused;
}

/** Asks the second stage about the texts that `inspectRequest` will judge; undefined without one. */
export function prepareRequest(exchange: Exchange, request: ReadRequest, attachments: Attachments): Promise<void> | undefined {
  return exchange.judge.prepare(() => textsOf(exchange, request, attachments));
}

function* textsOf(
  { placeholders }: Exchange,
  request: ReadRequest,
  attachments: Attachments,
): Generator<{ facts: PartFacts; text: string }> {
  for (const part of request.parts) {
    const read = attachments.get(part.id);
    for (const document of read?.ok === true ? read.parts : []) {
      if (part.kind === 'text' && document.shown === 'visible') continue;
      const text = placeholders.escapeLookalikes(document.text);
      yield { facts: documentFacts(part, text, read, document), text };
    }
    if (part.kind !== 'text') continue;
    const text = placeholders.escapeLookalikes(part.text);
    yield { facts: factsOf(part, text, read), text };
  }
}

function inspectPart(exchange: Exchange, part: Part, read: ReadDocument | undefined): Refused | undefined {
  const { judge, ledger, placeholders } = exchange;
  // What looks like a placeholder in incoming text is not ours: it must never be restored.
  const text = part.kind === 'text' ? placeholders.escapeLookalikes(part.text) : '';
  if (text !== part.text && part.kind === 'text') part.set(text);
  const inside = read === undefined ? OPEN : inspectDocument(exchange, part, read);
  const { findings, verdict } = judge.part(factsOf(part, text, read), text);
  const refused = refusalOf(verdict, part.where) ?? inside.refused;
  if (refused !== undefined) return refused;
  if (verdict.quarantine || inside.quarantine) {
    part.set(QUARANTINE_NOTICE);
    ledger.quarantined++;
  } else if (verdict.masks.length > 0) {
    const spans = maskSpans(findings, verdict.masks);
    part.set(replaceSpans(text, spans, (span, value) => maskOf(span.finding, value, placeholders, ledger, true)));
  } else if (inside.masked !== undefined) part.set(inside.masked);
  return undefined;
}

/** What the texts of a document bring about. `masked`: what a person sees of it, masked; it takes the place of the file, which nobody here can rewrite. */
type Inside = { readonly refused?: Refused | undefined; readonly quarantine: boolean; readonly masked?: string };

/** A picture cannot leave with data in its metadata that a rule masks. */
const PICTURE_NOTICE = '[Removed by Sallyport: the metadata of this picture holds data that must not leave.]';

const OPEN: Inside = { quarantine: false };

/** Judges every text of a document, seen or hidden, as content from outside. */
function inspectDocument(exchange: Exchange, part: Part, read: ReadDocument): Inside {
  const { judge, ledger, placeholders } = exchange;
  const failed = failedOn(read);
  if (failed !== undefined) ledger.failed({ guard: READER, error: failed, onError: READER_ON_ERROR }, part.point, part.id);
  if (!read.ok) return OPEN;
  let refused: Refused | undefined;
  let quarantine = false;
  let masks = 0;
  const seen: string[] = [];
  for (const document of read.parts) {
    // Text in the body is judged where it stands; of it only what is hidden is new.
    if (part.kind === 'text' && document.shown === 'visible') continue;
    const where = placeIn(part.where, document);
    const text = placeholders.escapeLookalikes(document.text);
    const facts = documentFacts(part, text, read, document);
    const failures = ledger.failures.length;
    const { findings, verdict } = judge.part(facts, text);
    refused ??= refusalOf(verdict, where) ?? failureOf(ledger, failures, where);
    quarantine ||= verdict.quarantine;
    masks += verdict.masks.length;
    const spans = maskSpans(findings, verdict.masks);
    if (document.shown === 'visible')
      seen.push(replaceSpans(text, spans, (span, value) => maskOf(span.finding, value, placeholders, ledger, true)));
  }
  if (masks === 0 || part.kind === 'text') return { refused, quarantine };
  return { refused, quarantine, masked: read.pixels === true ? PICTURE_NOTICE : seen.join('\n\n') };
}

/** A text of a document is content from outside, whoever sent the document. */
function documentFacts(part: Part, text: string, read: ReadDocument | undefined, document: DocumentPart): PartFacts {
  return {
    ...factsOf(part, text, read),
    point: 'content',
    origin: 'retrieved',
    role: 'document',
    kind: 'text',
    scanned: true,
    where: placeIn(part.where, document),
    ...(document.shown === 'visible' ? {} : { hidden: document.shown }),
  };
}

/** What the assistant said or called in earlier turns goes to the model again: it is judged as text on its way in, not as a new reply. */
function factsOf(part: Part, text: string, read: ReadDocument | undefined): PartFacts {
  return {
    part: part.id,
    point: part.point === 'response' || part.point === 'tool_call' ? 'prompt' : part.point,
    origin: part.origin,
    role: part.role,
    kind: part.kind,
    turn: part.turn,
    where: part.where,
    size: text.length,
    scanned: part.kind === 'text' || (read?.ok === true && read.pixels !== true),
    ...(part.media === undefined ? {} : { media: part.media }),
    ...(part.source === undefined ? {} : { source: part.source }),
    ...(part.tool === undefined ? {} : { tool: part.tool.name }),
  };
}
