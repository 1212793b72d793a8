import type { Finding, JsonObject } from '../../kernel/index.ts';
import { SEVERITY_ID, type Event, type EventFinding, type EventPart, type EventRule } from '../../audit/index.ts';
import type { DemoContent } from '../../audit/service.ts';
import { toolFacts } from '../../flow/index.ts';
import type { AskedCall, RequestFlow } from '../../gateway/service.ts';
import type { Guards } from '../../guard/index.ts';
import type { Policy, PointVars, Verdict } from '../../policy/index.ts';
import type { DemoApp, DemoText, Scene } from './company.ts';

export type DemoEvent = { readonly event: Event; readonly pieces: DemoContent['pieces'] };

/** What the gate makes of a scene: the parts of an event that depend on its texts, and the texts themselves. */
export type Judged = Required<Pick<Event, 'severity_id' | 'decision' | 'findings' | 'parts' | 'masked'>> & {
  readonly pieces: DemoContent['pieces'];
  readonly characters: number;
};

const ORIGIN = { prompt: 'user', content: 'retrieved', tool_result: 'tool', response: 'assistant' } as const;
const WHERE = {
  prompt: 'messages[].content',
  content: 'messages[].content[]',
  tool_result: 'messages[].content',
  response: 'choices[].message.content',
} as const;
const STRICTNESS = { allow: 0, ask: 1, deny: 2 } as const;

/** Runs the real guards and rules over the made-up texts, so that the demo shows what this gate finds and nothing better. */
export function judgeScene(app: DemoApp, { texts }: Scene, guards: Guards, policy: Policy): Judged {
  const findings: EventFinding[] = [];
  const parts: EventPart[] = [];
  const rules: EventRule[] = [];
  const would: EventRule[] = [];
  const masked: Record<string, number> = {};
  const pieces: DemoContent['pieces'][number][] = [];
  let action: 'allow' | 'ask' | 'deny' = 'allow';
  let severity = 1;
  let characters = 0;
  for (const [part, one] of texts.entries()) {
    // What was refused on its way in has no reply.
    if (action === 'deny') break;
    const { point, text } = one;
    const origin = ORIGIN[point];
    const found = guards.scan(text, { point, origin, part }).findings;
    const verdict = policy.decide(point, varsOf(app, one, part, found));
    const noted = found.length > 0 || verdict.rules.length > 0 || verdict.would.length > 0;
    if (noted) parts.push({ part, origin, point, size: text.length, kind: 'text', where: WHERE[point] });
    for (const finding of found) severity = Math.max(severity, SEVERITY_ID[finding.severity]);
    const kept = found.map((finding) => eventFinding(finding, point, part));
    findings.push(...kept);
    rules.push(...verdict.rules.map((rule) => held(rule, point, part)));
    would.push(...verdict.would.map((rule) => held(rule, point, part)));
    for (const index of verdict.masks) {
      const type = found[index]?.type ?? '';
      masked[type] = (masked[type] ?? 0) + 1;
    }
    if (STRICTNESS[verdict.action] > STRICTNESS[action]) action = verdict.action;
    pieces.push({ part, where: WHERE[point], origin, point, from: 0, of: text.length, text, marks: kept });
    characters += text.length;
  }
  return { severity_id: severity, decision: { action, rules, would }, findings, parts, masked, pieces, characters };
}

/** The same with the calls of the reply: what the information flow says of each, and what the rules make of that. */
export function judgeCalls(app: DemoApp, judged: Judged, calls: readonly AskedCall[], flow: RequestFlow, policy: Policy): Judged {
  const [findings, parts, pieces] = [[...judged.findings], [...judged.parts], [...judged.pieces]];
  const [rules, would] = [[...judged.decision.rules], [...judged.decision.would]];
  let { severity_id: severity, characters } = judged;
  let { action } = judged.decision;
  for (const call of calls) {
    const part = pieces.length;
    const found = flow.findings(call, part);
    const { effect } = toolFacts(call.name);
    const one: DemoText = { point: 'response', text: call.arguments };
    const vars = { ...varsOf(app, one, part, found), tool: { name: call.name, effect }, ...flow.vars(call) };
    const verdict = policy.decide('tool_call', { ...vars, args: JSON.parse(call.arguments) as JsonObject });
    const kept = found.map((finding) => ({ ...eventFinding(finding, 'response', part), point: 'tool_call' as const }));
    for (const finding of found) severity = Math.max(severity, SEVERITY_ID[finding.severity]);
    findings.push(...kept);
    rules.push(...verdict.rules.map((rule) => ({ ...held(rule, 'response', part), point: 'tool_call' as const })));
    would.push(...verdict.would.map((rule) => ({ ...held(rule, 'response', part), point: 'tool_call' as const })));
    if (STRICTNESS[verdict.action] > STRICTNESS[action]) action = verdict.action;
    const about = { part, origin: 'assistant', point: 'tool_call', where: 'choices[].message.tool_calls[].function.arguments' } as const;
    parts.push({ ...about, size: call.arguments.length, kind: 'text', tool: call.name });
    pieces.push({ ...about, from: 0, of: call.arguments.length, text: call.arguments, marks: kept });
    characters += call.arguments.length;
  }
  return { ...judged, severity_id: severity, decision: { action, rules, would }, findings, parts, pieces, characters };
}

function varsOf(app: DemoApp, { point, text }: DemoText, part: number, findings: readonly Finding[]): PointVars {
  return {
    findings,
    principal: { id: app.principal, kind: app.kind, name: app.principal, key: app.key },
    request: {
      endpoint: app.operation === 'messages' ? '/v1/messages' : '/v1/chat/completions',
      api: app.operation,
      model: app.models[0] ?? '',
      provider: app.provider,
      stream: app.stream,
      tools: app.kind === 'agent',
      write_tools: app.kind === 'agent',
      attachments: 0,
      practice: false,
    },
    part: {
      origin: ORIGIN[point],
      role: point === 'response' ? 'assistant' : 'user',
      kind: 'text',
      media: '',
      turn: part,
      size: text.length,
      scanned: true,
      where: WHERE[point],
      hidden: '',
      source: '',
    },
    ...(point === 'tool_result' ? { tool: { name: 'read_stock', effect: 'read' as const } } : {}),
  };
}

function eventFinding(
  { rule, category, type, severity, confidence, location }: Finding,
  point: DemoText['point'],
  part: number,
): EventFinding {
  const at = location.kind === 'text' ? location : { start: 0, end: 0 };
  return { rule, category, type, severity, confidence, point, part, start: at.start, end: at.end };
}

function held({ id, then, why }: Verdict['rules'][number], point: DemoText['point'], part: number): EventRule {
  return { id, action: then, point, part, why };
}
