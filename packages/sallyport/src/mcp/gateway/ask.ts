import { isObject, readJsonText, type JsonObject } from '../../kernel/index.ts';
import { maskOf, maskSpans, replaceSpans } from '../../gateway/service.ts';
import { kindOf, readAsk, readReply, type Ask } from './asking.ts';
import type { Inspection } from './inspection.ts';
import { checkAnswer } from './result.ts';
import type { ServerSpec } from './server_spec.ts';

/** Questions of one call. */
const MAX_ASKS = 8;

/** Why a server does not get what it asked for; the server is told `message`. */
export class AskRefused extends Error {}

/**
 * Hands a server's question to the caller and the answer back. The question is content from outside and judged like an answer; what comes
 * back leaves for the server and is judged like arguments. Denied unless the operator allows it for this server.
 * Rejects AskRefused.
 */
export function passAsks(
  inspection: Inspection,
  spec: ServerSpec,
  show: (ask: Ask) => Promise<JsonObject>,
): (ask: Ask) => Promise<JsonObject> {
  let count = 0;
  return async (ask) => {
    const kind = kindOf(ask.method);
    const refuse = (why: string): never => {
      inspection.detail['asks_refused'] = Number(inspection.detail['asks_refused'] ?? 0) + 1;
      throw new AskRefused(`Refused by the gate: ${why}.`);
    };
    if (kind === undefined || !spec.mayAsk.includes(kind)) return refuse('this server may not ask for that');
    if (++count > MAX_ASKS) return refuse('it asks too often');
    inspection.detail['asks'] = count;
    const read = readAsk(ask, spec.name);
    if (!read.ok) return refuse(read.why);
    const before = inspection.ledger.quarantined;
    const checked = await checkAnswer(inspection, read.value.params ?? {});
    if (!checked.ok || inspection.ledger.quarantined > before) return refuse('the policy does not let the question through');
    const shown = { method: read.value.method, ...(kind === 'roots' ? {} : { params: checked.value }) };
    const reply = readReply(ask.method, await show(shown));
    if (!reply.ok) return refuse(reply.why);
    return leaving(inspection, reply.value) ?? refuse('the policy does not let the answer through');
  };
}

/** An answer on its way to the server, with what rules mask; undefined when a rule stops it. Nobody is asked: a person has just answered. */
function leaving(inspection: Inspection, reply: JsonObject): JsonObject | undefined {
  const { ledger, placeholders } = inspection;
  const text = JSON.stringify(reply);
  const { findings, verdict, refused } = inspection.reply(reply, text);
  if (refused !== undefined || verdict.action === 'deny') return undefined;
  if (verdict.masks.length === 0) return reply;
  const read = readJsonText(
    replaceSpans(text, maskSpans(findings, verdict.masks), (span, found) => maskOf(span.finding, found, placeholders, ledger, false)),
  );
  return read.ok && isObject(read.value) ? read.value : undefined;
}
