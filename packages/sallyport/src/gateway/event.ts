import type { Event, EventActor, EventDecision } from '../audit/index.ts';
import { CLASS, SEVERITY_ID } from '../audit/index.ts';
import type { JsonObject } from '../kernel/index.ts';
import type { KeyRecord } from '../identity/service.ts';
import type { Usage } from '../message/index.ts';
import type { Exchange } from './exchange.ts';

/** How an exchange ended, as far as the event needs it. */
export type Outcome = {
  readonly status: number;
  readonly code?: string;
  readonly usage?: Usage;
  /** The stream was cut off: `usage` is what had been counted until then. */
  readonly partial?: boolean;
  /** Millionths of a USD. */
  readonly cost?: number;
  readonly provider?: string;
  readonly response?: string;
  readonly aborted?: boolean;
};

/** OCSF API Activity, activity 1 (create): a request to a model. */
const ACTIVITY_CREATE = 1;

/** The event of an exchange. `phase` is set for streams only: their first record is on disk before their first byte. */
export function exchangeEvent(exchange: Exchange, outcome: Outcome, time: number, phase?: 'started' | 'ended'): Event {
  const { ledger, key, request } = exchange;
  const provider = outcome.provider ?? exchange.targets[0]?.provider;
  return {
    uid: exchange.uid,
    tenant: exchange.tenant,
    time,
    class_uid: CLASS.apiActivity,
    activity_id: ACTIVITY_CREATE,
    severity_id: SEVERITY_ID[ledger.highest],
    status_id: outcome.status < 400 ? 1 : 2,
    kind: 'gateway.request',
    ...(phase === undefined ? {} : { phase }),
    actor: actorOf(key),
    api: {
      operation: exchange.api,
      model: exchange.model,
      ...(request.model === exchange.model ? {} : { upstream_model: request.model }),
      ...(provider === undefined ? {} : { provider }),
      stream: request.stream,
      ...(outcome.response === undefined ? {} : { response: outcome.response }),
    },
    decision: decisionOf(exchange),
    ...(ledger.findings.length === 0 ? {} : { findings: ledger.findings }),
    ...(ledger.parts.length === 0 ? {} : { parts: ledger.parts }),
    ...flowFields(exchange),
    ...(outcome.usage === undefined ? {} : { usage: { input: outcome.usage.input, output: outcome.usage.output } }),
    timings: exchange.timings,
    ...(Object.keys(ledger.masked).length === 0 ? {} : { masked: ledger.masked }),
    http: { status: outcome.status },
    ...(outcome.code === undefined ? {} : { status_code: outcome.code }),
    content: { mode: exchange.content },
    detail: detailOf(exchange, outcome),
  };
}

/** The messages, calls and run of a request that offers tools. */
function flowFields({ flow }: Exchange): Pick<Event, 'messages' | 'calls' | 'conversation'> {
  if (flow === undefined) return {};
  const { messages, calls, conversation } = flow.record();
  return {
    ...(messages.length === 0 ? {} : { messages }),
    ...(calls.length === 0 ? {} : { calls }),
    ...(conversation === undefined ? {} : { conversation }),
  };
}

/** Who acts: the subject, and the agents that act for it. */
export function actorOf({
  principal,
  principalKind,
  id,
  actors,
}: Pick<KeyRecord, 'principal' | 'principalKind' | 'id' | 'actors'>): EventActor {
  return { principal, kind: principalKind, key: id, ...(actors.length === 0 ? {} : { actors }) };
}

function decisionOf(exchange: Exchange): EventDecision {
  return { action: exchange.ledger.action, rules: exchange.ledger.rules, would: exchange.ledger.would };
}

/** Names in an event are the client's: a few, and short. */
const MAX_STRIPPED = 20;
const MAX_NAMES = 500;

/** Facts that are rare, so that the common event stays short. */
function detailOf(exchange: Exchange, outcome: Outcome): Record<string, string | number | boolean> {
  const { ledger } = exchange;
  return {
    ...(ledger.wouldAction === 'allow' ? {} : { would: ledger.wouldAction }),
    ...(ledger.restored === 0 ? {} : { restored: ledger.restored }),
    ...(ledger.quarantined === 0 ? {} : { quarantined: ledger.quarantined }),
    ...(ledger.unscanned === 0 ? {} : { unscanned: ledger.unscanned }),
    ...(ledger.deliveredBeforeDecision ? { delivered_before_decision: true } : {}),
    ...(ledger.failures.length === 0 ? {} : { failed_guards: [...new Set(ledger.failures.map((f) => f.guard))].join(',') }),
    ...(ledger.omittedParts === 0 ? {} : { omitted_parts: ledger.omittedParts }),
    ...(ledger.omittedFindings === 0 ? {} : { omitted_findings: ledger.omittedFindings }),
    ...(ledger.failedRules.size === 0 ? {} : { failed_rules: [...ledger.failedRules].join(',') }),
    ...(ledger.approvals.length === 0 ? {} : { approvals: ledger.approvals.join(',') }),
    ...(ledger.strippedTools.length === 0
      ? {}
      : { stripped_tools: ledger.strippedTools.slice(0, MAX_STRIPPED).join(',').slice(0, MAX_NAMES) }),
    ...(exchange.guarded ? {} : { guards: 'off' }),
    ...(outcome.aborted === true ? { aborted: true } : {}),
    ...documentsOf(exchange.documents),
    ...(outcome.cost === undefined || outcome.cost === 0 ? {} : { cost_micros: outcome.cost }),
    parts: ledger.counted,
    characters: ledger.characters,
    commitment: exchange.commitment,
  };
}

/** Nine ids fit into one value of an event. */
const IDS_IN_ONE = 9;

/** The documents that the request says it was made from: what a later finding about one of them is traced by. */
function documentsOf(ids: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (let at = 0; at < ids.length; at += IDS_IN_ONE)
    values[at === 0 ? 'documents' : `documents_${at / IDS_IN_ONE + 1}`] = ids.slice(at, at + IDS_IN_ONE).join(' ');
  return values;
}

/** The decision as the client sees it: no scores and no spans unless its key has `detail: full`. */
export function decisionFor(exchange: Exchange): JsonObject {
  const { ledger } = exchange;
  const short: JsonObject = {
    event: exchange.uid,
    decision: ledger.action,
    ...(ledger.deliveredBeforeDecision ? { delivered_before_decision: true } : {}),
    ...(Object.keys(ledger.masked).length === 0 ? {} : { masked: { ...ledger.masked } }),
  };
  if (exchange.key.detail !== 'full') return short;
  return {
    ...short,
    findings: ledger.findings.map((f) => ({ ...f })),
    rules: ledger.rules.map((r) => ({ ...r })),
    would: ledger.would.map((r) => ({ ...r })),
  };
}
