import { performance } from 'node:perf_hooks';
import type { ServerResponse } from 'node:http';
import { isObject, parser, readJson, Type, type Finding } from '../kernel/index.ts';
import type { Event } from '../audit/index.ts';
import { CLASS, SEVERITY_ID } from '../audit/index.ts';
import { createPlaceholders } from '../guard/index.ts';
import type { KeyRecord } from '../identity/service.ts';
import type { GatewayDeps, Memory, TenantState } from './context.ts';
import { Judge } from './judge.ts';
import { Ledger, type PartFacts } from './ledger.ts';
import { round } from './open_exchange.ts';
import { failureOf, refusalOf } from './refusal.ts';
import { actorOf } from './event.ts';
import { sendError, sendJson } from './reply.ts';
import { maskOf, maskSpans, replaceSpans } from './rewrite.ts';

const POINT_NAMES = ['prompt', 'content', 'tool_result', 'response'] as const;
/** Texts in one call; more belongs into several calls, so that one does not keep the others waiting. */
const MAX_TEXTS = 256;

const INSPECT = Type.Object(
  {
    texts: Type.Array(Type.String(), { minItems: 1, maxItems: MAX_TEXTS, description: 'What to check.' }),
    point: Type.Optional(Type.Enum(POINT_NAMES, { default: 'prompt', description: 'Where the texts stand.' })),
  },
  { additionalProperties: false },
);
const parseInspect = parser(INSPECT);

const ORIGIN = { prompt: 'user', content: 'retrieved', tool_result: 'tool', response: 'assistant' } as const;

/** `POST /v1/inspect`: checks texts without forwarding them; answers decision, masked text and findings for each. */
export async function inspectEndpoint(
  deps: GatewayDeps,
  tenant: TenantState,
  memory: Memory,
  key: KeyRecord,
  bytes: Buffer,
  response: ServerResponse,
  started: number,
): Promise<void> {
  if (!key.permissions.has('inspect'))
    return sendError(response, 'chat', 'PERMISSION_MISSING', { say: 'It needs the permission `inspect`.' });
  deps.identity.uses(key, 'inspect');
  const json = readJson(bytes);
  if (!json.ok || !isObject(json.value)) return sendError(response, 'chat', 'BODY_NOT_JSON');
  const parsed = parseInspect(json.value);
  if (!parsed.ok)
    return sendError(response, 'chat', 'REQUEST_INVALID', {
      say: parsed.problems.map((p) => `${p.pointer} ${p.message}`.trim()).join('; '),
    });
  const point = parsed.value.point ?? 'prompt';
  const content = deps.contentMode(key.tenant, false);
  const ledger = new Ledger(content === 'full');
  const judge = new Judge(
    {
      tenant: key.tenant,
      policy: deps.policy(key.tenant),
      guards: deps.guards(key.tenant)?.guards,
      memory,
      secret: tenant.memorySecret,
      corrections: deps.corrections(key.tenant),
      feedbackKey: tenant.feedbackKey,
      principal: { id: key.principal, kind: key.principalKind, name: key.name, key: key.id },
      request: {
        endpoint: '/v1/inspect',
        api: 'inspect',
        model: '',
        provider: '',
        stream: false,
        tools: false,
        write_tools: false,
        attachments: 0,
        practice: false,
      },
      enforceAll: false,
      effects: deps.effects,
      canaries: deps.canaries,
    },
    ledger,
  );
  const placeholders = createPlaceholders({
    key: tenant.placeholderKey,
    principal: key.principal,
    shapes: deps.guards(key.tenant)?.guards.shapes ?? [],
  });
  const factsOf = (text: string, part: number): PartFacts => ({
    part,
    point,
    origin: ORIGIN[point],
    role: 'user',
    kind: 'text',
    turn: part,
    where: `texts[${part}]`,
    size: text.length,
    scanned: true,
  });
  await judge.prepare(() => parsed.value.texts.map((text, part) => ({ facts: factsOf(text, part), text })));
  const results = parsed.value.texts.map((text, part) => {
    const facts = factsOf(text, part);
    const failures = ledger.failures.length;
    const { findings, verdict } = judge.part(facts, text);
    const refused = refusalOf(verdict, facts.where) ?? failureOf(ledger, failures, facts.where);
    const masked = replaceSpans(text, maskSpans(findings, verdict.masks), (span, value) =>
      maskOf(span.finding, value, placeholders, ledger, true),
    );
    return {
      decision:
        refused === undefined ? (verdict.quarantine ? 'quarantine' : 'allow') : verdict.action === 'allow' ? 'deny' : verdict.action,
      rules: verdict.rules.map((r) => ({ ...r })),
      would: verdict.would.map((r) => ({ ...r })),
      findings: findings.map(shown),
      ...(masked === text ? {} : { masked }),
    };
  });
  const uid = deps.newEventId();
  const event: Event = {
    uid,
    tenant: key.tenant,
    time: deps.clock(),
    class_uid: CLASS.apiActivity,
    activity_id: 2,
    severity_id: SEVERITY_ID[ledger.highest],
    status_id: 1,
    kind: 'gateway.inspect',
    actor: actorOf(key),
    api: { operation: 'inspect' },
    decision: { action: ledger.action, rules: ledger.rules, would: ledger.would },
    findings: ledger.findings,
    parts: ledger.parts,
    timings: { total: round(performance.now() - started) },
    http: { status: 200 },
    content: { mode: content },
  };
  try {
    await deps.audit.record(event);
  } catch {
    return sendError(response, 'chat', 'NOT_RECORDED', { event: uid, headers: { 'retry-after': '5' } });
  }
  deps.observe?.(event);
  sendJson(response, 200, { event: uid, results }, { 'x-sallyport-event': uid });
  if (content !== 'none' && ledger.content.length > 0) {
    deps.audit.content.put(key.tenant, { event: uid, subject: key.principal, mode: content, practice: false, items: ledger.content });
  }
}

function shown(finding: Finding): {
  rule: string;
  category: string;
  type: string;
  severity: string;
  start: number;
  end: number;
  score: number;
} {
  const at = finding.location.kind === 'text' ? finding.location : { start: 0, end: 0 };
  return {
    rule: finding.rule,
    category: finding.category,
    type: finding.type,
    severity: finding.severity,
    start: at.start,
    end: at.end,
    score: finding.confidence,
  };
}
