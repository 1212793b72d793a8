import { performance } from 'node:perf_hooks';
import { CLASS, label, SEVERITY_ID, type Event } from '../../audit/index.ts';
import { actorOf } from '../../gateway/service.ts';
import { reasonOf } from '../../kernel/index.ts';
import type { McpDeps } from './context.ts';
import type { Inspection } from './inspection.ts';

/** OCSF API Activity: 1 create (a call does something), 2 read (a prompt, a resource). */
const ACTIVITY: Readonly<Record<string, number>> = { 'tools/call': 1 };

/** The event of one request to a server: who, which tool, what was found and decided; no argument and no answer. */
function eventOf(inspection: Inspection, code: string | undefined, time: number): Event {
  const { ledger, key, operation, server, tool, proposal } = inspection;
  return {
    uid: inspection.uid,
    tenant: key.tenant,
    time,
    class_uid: CLASS.apiActivity,
    activity_id: ACTIVITY[operation] ?? 2,
    severity_id: SEVERITY_ID[ledger.highest],
    status_id: code === undefined ? 1 : 2,
    kind: 'mcp.request',
    actor: actorOf(key),
    api: { operation: `mcp ${operation}`, provider: server },
    target: { kind: 'mcp_server', id: server, ...(tool === undefined ? {} : { name: label(tool.full) }) },
    decision: { action: ledger.action, rules: ledger.rules, would: ledger.would },
    ...(ledger.findings.length === 0 ? {} : { findings: ledger.findings }),
    ...(ledger.parts.length === 0 ? {} : { parts: ledger.parts }),
    ...(Object.keys(ledger.masked).length === 0 ? {} : { masked: ledger.masked }),
    timings: inspection.timings,
    ...(code === undefined ? {} : { status_code: code }),
    ...(proposal === undefined ? {} : { cause: proposal.event }),
    ...(proposal?.conversation === undefined ? {} : { conversation: proposal.conversation }),
    detail: {
      ...inspection.detail,
      ...(ledger.wouldAction === 'allow' ? {} : { would: ledger.wouldAction }),
      ...(ledger.quarantined === 0 ? {} : { quarantined: ledger.quarantined }),
      ...(ledger.unscanned === 0 ? {} : { unscanned: ledger.unscanned }),
      ...(ledger.failures.length === 0
        ? {}
        : { failed_guards: [...new Set(ledger.failures.map((one) => one.guard))].join(',').slice(0, 200) }),
      ...(ledger.failedRules.size === 0 ? {} : { failed_rules: [...ledger.failedRules].join(',').slice(0, 200) }),
      ...(ledger.approvals.length === 0 ? {} : { approvals: ledger.approvals.join(',') }),
      ...(inspection.guarded ? {} : { guards: 'off' }),
      parts: ledger.counted,
      characters: ledger.characters,
    },
  };
}

/** Puts the event on disk and the text where text goes; false when the log cannot be written: then nothing is answered but that. */
export async function recorded(deps: McpDeps, inspection: Inspection, code: string | undefined): Promise<boolean> {
  inspection.timings['total'] = Math.round((performance.now() - inspection.started) * 100) / 100;
  try {
    await deps.audit.record(eventOf(inspection, code, deps.clock()));
  } catch (error) {
    deps.logger.error('event not recorded', { event: inspection.uid, reason: reasonOf(error) });
    return false;
  }
  const { ledger, key } = inspection;
  if (deps.content !== 'none' && ledger.content.length > 0)
    deps.audit.content.put(key.tenant, {
      event: inspection.uid,
      subject: key.principal,
      mode: deps.content,
      practice: false,
      items: ledger.content,
    });
  return true;
}
