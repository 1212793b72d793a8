import { performance } from 'node:perf_hooks';
import { isObject, readJsonText, reasonOf, type Finding, type JsonObject } from '../../kernel/index.ts';
import { maskOf, maskSpans, refusalOf, replaceSpans, type CallFlow, type Judgement, type Refused } from '../../gateway/service.ts';
import type { KeyRecord } from '../../identity/service.ts';
import { accountProblem } from './account.ts';
import { AskRefused, passAsks } from './ask.ts';
import type { Ask } from './asking.ts';
import type { KnownTool, McpDeps } from './context.ts';
import { recorded } from './event.ts';
import type { Inspection, Inspections } from './inspection.ts';
import { passNotices, type Notice } from './notices.ts';
import type { Proposal, Proposals } from './proposals.ts';
import { checkAnswer } from './result.ts';
import type { CallOptions } from './upstream.ts';

/** One request to a server, as its caller made it. */
export type Asked = {
  readonly key: KeyRecord;
  readonly operation: 'tools/call' | 'prompts/get' | 'resources/read';
  readonly tool: KnownTool;
  readonly arguments: JsonObject;
  /** An approval that the caller's client has shown its user a moment ago: it is waited for. */
  readonly shown: string | undefined;
  readonly signal: AbortSignal;
  /** Puts a question of the server to the caller; absent where its client cannot answer any. */
  readonly ask: ((ask: Ask) => Promise<JsonObject>) | undefined;
  /** Shows the caller what the server tells meanwhile. */
  notice(notice: Notice): void;
  /** Sends it to the server; answers what the server says. */
  send(args: JsonObject, meanwhile: Pick<CallOptions, 'ask' | 'notice'>): Promise<JsonObject>;
};

/** What becomes of a request. `text` is public. */
export type Outcome =
  | { readonly kind: 'answer'; readonly value: JsonObject; readonly event: string }
  | { readonly kind: 'refused'; readonly text: string; readonly event: string; readonly rule: string }
  | { readonly kind: 'held'; readonly text: string; readonly event: string; readonly approval: string; readonly url: string };

type Services = { readonly deps: McpDeps; readonly inspections: Inspections; readonly proposals: Proposals };

/** How long one round waits for the person who was just shown the question. Below the usual time limit of a client's request. */
const WAIT_MS = 45_000;
const NOT_RECORDED =
  'The event log cannot be written, so nothing is answered rather than left unrecorded. What was asked may have happened.';

/**
 * One request through the gate: rules on its arguments, a person where a rule asks, the server, the answer as content from outside, the event
 * on disk, the answer. Rejects faults only.
 */
export async function perform(services: Services, asked: Asked): Promise<Outcome> {
  const { deps, inspections } = services;
  const { key, tool } = asked;
  const joined = asked.operation === 'tools/call' ? join(services.proposals, asked) : undefined;
  const inspection = await inspections.open(key, asked.operation, tool.server.name, tool, joined?.flow);
  if (joined !== undefined) inspection.detail['proposed'] = joined.how;
  inspection.proposal = joined?.proposal;
  const text = JSON.stringify(asked.arguments);
  inspection.detail['commitment'] = inspection.commit(text);
  const judged = inspection.call(tool.full, asked.arguments, text);
  inspection.timings['inspect'] = since(inspection.started);
  const refused = judged.refused ?? (judged.verdict.action === 'deny' ? refusalOf(judged.verdict, 'arguments') : undefined);
  if (refused !== undefined) return refuse(deps, inspection, refused, 'blocked_by_policy');
  const args = masked(inspection, judged, text, asked.arguments);
  if (args === undefined) return refuse(deps, inspection, UNMASKABLE, 'blocked_by_policy');
  if (judged.verdict.action === 'ask' && joined?.approved !== true) {
    const held = await settle(deps, inspection, asked, args, judged);
    if (held !== undefined) return held;
  }
  joined?.use();
  return forward(deps, inspection, asked, args);
}

const UNMASKABLE: Refused = { rule: 'mask', why: 'What a rule masks cannot be taken out of the arguments.' };

async function forward(deps: McpDeps, inspection: Inspection, asked: Asked, args: JsonObject): Promise<Outcome> {
  const sent = performance.now();
  let answer: JsonObject;
  try {
    answer = await asked.send(args, {
      ask: asked.ask === undefined ? undefined : passAsks(inspection, asked.tool.server, asked.ask),
      notice: passNotices(
        inspection,
        (notice) => asked.notice(notice),
        () => deps.clock(),
      ),
    });
  } catch (error) {
    inspection.timings['server'] = since(sent);
    // Nobody hears it any more; the event says that it was not the server that failed.
    if (asked.signal.aborted) return refuse(deps, inspection, { rule: 'cancelled', why: 'The caller has cancelled it.' }, 'cancelled');
    const said = saidBy(error);
    deps.logger.warn('MCP request failed', { event: inspection.uid, server: asked.tool.server.name, reason: reasonOf(error) });
    if (said === undefined) return refuse(deps, inspection, { rule: 'server', why: problemOf(error, asked) }, 'server_failed');
    answer = { content: [{ type: 'text', text: said }], isError: true };
  }
  inspection.timings['server'] = since(sent);
  const received = performance.now();
  const checked = await checkAnswer(inspection, answer);
  inspection.timings['answer'] = since(received);
  if (!checked.ok) return refuse(deps, inspection, checked.refused, 'blocked_by_policy');
  // An error that the server answers in place of a prompt or a resource is told as one.
  const failed = asked.operation !== 'tools/call' && checked.value['isError'] === true;
  if (!(await recorded(deps, inspection, failed ? 'SERVER_ERROR' : undefined))) return lost(inspection);
  if (failed) return { kind: 'refused', text: textOf(checked.value), event: inspection.uid, rule: 'server' };
  return { kind: 'answer', value: checked.value, event: inspection.uid };
}

async function refuse(deps: McpDeps, inspection: Inspection, refused: Refused, code: string): Promise<Outcome> {
  if (code === 'blocked_by_policy') inspection.ledger.action = inspection.ledger.action === 'allow' ? 'deny' : inspection.ledger.action;
  if (!(await recorded(deps, inspection, code.toUpperCase()))) return lost(inspection);
  const where = refused.where === undefined ? '' : ` (at ${refused.where})`;
  const text = code === 'blocked_by_policy' ? `Refused by the policy of this gate: ${refused.why}${where}` : refused.why;
  return { kind: 'refused', text: `${text} [${inspection.uid}]`, event: inspection.uid, rule: refused.rule };
}

/** A request that is refused before its arguments are looked at: a tool in quarantine, too many calls. */
export async function refuseEarly(
  { deps, inspections }: Services,
  asked: Pick<Asked, 'key' | 'operation' | 'tool'>,
  refused: Refused,
): Promise<Outcome> {
  const inspection = await inspections.open(asked.key, asked.operation, asked.tool.server.name, asked.tool);
  inspection.ledger.rules.push({ id: refused.rule, action: 'deny', why: refused.why });
  return refuse(deps, inspection, refused, 'blocked_by_policy');
}

function lost(inspection: Inspection): Outcome {
  return { kind: 'refused', text: NOT_RECORDED, event: inspection.uid, rule: 'not-recorded' };
}

type Joined = {
  readonly flow: CallFlow;
  readonly how: 'judged' | 'approved' | 'none';
  readonly approved: boolean;
  readonly proposal: Proposal | undefined;
  use(): void;
};

/** Joins a call with the judged reply that proposed it: what was said of its flow there holds here. */
function join(proposals: Proposals, { key, tool, arguments: args }: Asked): Joined {
  const found = proposals.find({
    tenant: key.tenant,
    principal: key.principal,
    server: tool.server.name,
    tool: tool.name,
    arguments: args,
  });
  if (found === undefined) return { flow: NOT_PROPOSED, how: 'none', approved: false, proposal: undefined, use: () => undefined };
  const { approved, flow } = found.proposal;
  const vars = flow?.vars ?? { flow: { decision: 'allow', reasons: [] }, arg: {} };
  return {
    flow: approved
      ? { findings: () => [], vars: () => ({ ...vars, flow: { decision: 'allow', reasons: [] } }) }
      : { findings: () => [...(flow?.findings ?? [])], vars: () => vars },
    how: approved ? 'approved' : 'judged',
    approved,
    proposal: found.proposal,
    use: () => found.use(),
  };
}

/** Nobody knows where the values of such a call come from. */
const NOT_PROPOSED: CallFlow = {
  findings: (_call, part): Finding[] => [
    {
      rule: 'flow.not-proposed',
      category: 'information_flow',
      type: 'NOT_PROPOSED',
      severity: 'medium',
      confidence: 1,
      location: { kind: 'text', part, start: 0, end: 0 },
      evidence: 'no reply of a model that passed this gate proposed this call',
      taxonomy: ['ASI02:2026'],
    },
  ],
  vars: () => ({ flow: { decision: 'ask', reasons: ['not_proposed'] }, arg: {} }),
};

/** The arguments after masks; undefined when they are no arguments any more. */
function masked(inspection: Inspection, { findings, verdict }: Judgement, text: string, args: JsonObject): JsonObject | undefined {
  if (verdict.masks.length === 0) return args;
  const { placeholders, ledger } = inspection;
  const after = replaceSpans(text, maskSpans(findings, verdict.masks), (span, value) =>
    maskOf(span.finding, value, placeholders, ledger, false),
  );
  const read = readJsonText(after);
  return read.ok && isObject(read.value) ? read.value : undefined;
}

/** Uses an approval of exactly this, or holds it for a person; undefined: it may run. A failure of the approvals refuses. */
async function settle(
  deps: McpDeps,
  inspection: Inspection,
  asked: Asked,
  args: JsonObject,
  judged: Judgement,
): Promise<Outcome | undefined> {
  const { approvals } = deps;
  const { key, tool } = asked;
  // An agent that acts for a person asks for itself: that person may answer, the agent never.
  const requester = key.actors[0] ?? key.principal;
  const action = { tenant: key.tenant, requester, tool: tool.full, arguments: args };
  const rule = judged.verdict.rules.find((one) => one.then === 'ask');
  const why = rule?.why ?? 'The policy asks.';
  const refused = (reason: string): Promise<Outcome> =>
    refuse(deps, inspection, { rule: rule?.id ?? 'default', why: `${why} ${reason}` }, 'blocked_by_policy');
  try {
    if (asked.shown !== undefined) await approvals.wait({ tenant: key.tenant, requester }, asked.shown, WAIT_MS, asked.signal);
    const used = await approvals.use(action);
    if (used !== undefined) {
      inspection.ledger.approvals.push(used);
      return undefined;
    }
    const severe = judged.findings.some(({ severity }) => severity === 'high' || severity === 'critical');
    const held = await approvals.request({
      ...action,
      effect: tool.facts.effect,
      risk: severe ? 'high' : 'medium',
      reasons: judged.verdict.rules.map((one) => ({ rule: one.id, why: one.why })),
      findings: judged.findings.map(({ rule: found, category, type, severity }) => ({ rule: found, category, type, severity })),
      event: inspection.uid,
    });
    if ('refused' in held) return await refused(`Nobody is asked (${held.refused}).`);
    inspection.ledger.approvals.push(held.id);
    if (!(await recorded(deps, inspection, 'APPROVAL_NEEDED'))) return lost(inspection);
    const text = `This call waits for approval ${held.id}. ${why} Decide here: ${held.url} Once it is approved, make exactly the same call again.`;
    return { kind: 'held', text, event: inspection.uid, approval: held.id, url: held.url };
  } catch (error) {
    deps.logger.error('approval failed', { event: inspection.uid, reason: reasonOf(error) });
    return refused('Nobody can be asked at present (approval_unavailable).');
  }
}

/** What a server answered as an error of its own: text from outside, like any answer. */
function saidBy(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' && error instanceof Error ? error.message : undefined;
}

function problemOf(error: unknown, { tool }: Asked): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (accountProblem(error) !== undefined && error instanceof Error) return error.message;
  if (error instanceof AskRefused) return `The server ${tool.server.name} asked for something that it did not get. ${error.message}`;
  if (/TIMEOUT/i.test(code)) return `The server ${tool.server.name} did not answer in time.`;
  if (code === 'MCP_REPLY_TOO_LARGE') return `The server ${tool.server.name} sent more than is taken.`;
  return `The server ${tool.server.name} could not be reached, or its answer not be read.`;
}

function textOf(value: JsonObject): string {
  const [first] = Array.isArray(value['content']) ? value['content'] : [];
  return isObject(first) && typeof first['text'] === 'string' ? first['text'] : 'The server answered an error.';
}

function since(start: number): number {
  return Math.round((performance.now() - start) * 100) / 100;
}
