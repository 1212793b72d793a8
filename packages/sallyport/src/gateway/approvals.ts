import { isObject, readJsonText, reasonOf, type Finding, type Json, type Logger } from '../kernel/index.ts';
import type { Verdict } from '../policy/index.ts';
import type { HeldAction } from './approval_port.ts';
import type { Exchange } from './exchange.ts';
import { refusalOf, type Refused } from './refusal.ts';

/** A call that policy holds for a person. */
export type HeldCall = {
  readonly name: string;
  readonly arguments: string;
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly where: string;
};

/** What becomes of a held call: it runs, a text stands in its place, or the reply is refused. */
export type Settled =
  | { readonly kind: 'approved' }
  | { readonly kind: 'withheld'; readonly text: string }
  | { readonly kind: 'refused'; readonly refused: Refused };

/** Whether a verdict about a call asks a person instead of refusing. */
export function isHeld(exchange: Exchange, verdict: Verdict, provider: boolean): boolean {
  return verdict.action === 'ask' && !provider && exchange.approvals !== undefined;
}

/** Uses an approval of exactly this call, or asks for one. A failure of the approvals refuses the reply. */
export async function settle(exchange: Exchange, held: HeldCall, logger: Logger): Promise<Settled> {
  const refused = refusalOf(held.verdict, held.where) ?? { rule: 'default', why: 'The policy asks.', where: held.where };
  const { approvals } = exchange;
  if (approvals === undefined) return { kind: 'refused', refused };
  const action = { tenant: exchange.tenant, requester: exchange.key.principal, tool: held.name, arguments: argumentsOf(held.arguments) };
  try {
    const used = await approvals.use(action);
    if (used !== undefined) {
      exchange.ledger.approvals.push(used);
      return { kind: 'approved' };
    }
    const asked = await approvals.request({
      ...action,
      effect: exchange.judge.effect(held.name),
      risk: riskOf(held),
      reasons: held.verdict.rules.map((rule) => ({ rule: rule.id, why: rule.why })),
      findings: held.findings.map(({ rule, category, type, severity }) => ({ rule, category, type, severity })),
      event: exchange.uid,
    });
    if ('refused' in asked) return { kind: 'refused', refused: { ...refused, why: `${whyOf(held)} Nobody is asked (${asked.refused}).` } };
    exchange.ledger.approvals.push(asked.id);
    return { kind: 'withheld', text: notice(held, asked) };
  } catch (error) {
    logger.error('approval failed', { event: exchange.uid, reason: reasonOf(error) });
    return { kind: 'refused', refused: { ...refused, why: `${whyOf(held)} Nobody can be asked at present (approval_unavailable).` } };
  }
}

/** Arguments that are no JSON are approved as the text that they are. */
function argumentsOf(text: string): Json {
  const read = readJsonText(text.trim() === '' ? '{}' : text);
  return read.ok && isObject(read.value) ? read.value : { input: text.toWellFormed() };
}

function riskOf(held: HeldCall): HeldAction['risk'] {
  const severe = held.findings.some((finding) => finding.severity === 'high' || finding.severity === 'critical');
  return severe ? 'high' : 'medium';
}

function whyOf(held: HeldCall): string {
  return held.verdict.rules.find((rule) => rule.then === 'ask')?.why ?? 'The policy asks.';
}

/** What stands in the conversation in place of the call, for the person who reads it. */
function notice(held: HeldCall, asked: { readonly id: string; readonly url: string }): string {
  const tool = held.name.replace(/[^\w.-]/g, '').slice(0, 64);
  return `The call of ${tool} waits for approval ${asked.id}. ${whyOf(held)} Decide here: ${asked.url} Once it is approved, ask me to go on.`;
}
