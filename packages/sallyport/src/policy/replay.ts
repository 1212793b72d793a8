import type { Finding, Point } from '../kernel/index.ts';
import type { Event, EventFinding, EventPart } from '../audit/index.ts';
import { decideAt } from './decide.ts';
import { compileLoaded, explainAt, factsRead, type RuleExplanation } from './explain.ts';
import { sampleVars } from './sample.ts';
import { actionsOf, aloneAt } from './trial.ts';
import type { PointVars } from './vars.ts';
import type { HeldAction, Policy, Rule } from './verdict.ts';

/** What is read of a recorded event. */
export type ReplayEvent = Pick<Event, 'uid' | 'time' | 'kind' | 'actor' | 'api' | 'decision' | 'findings' | 'parts'>;

/** Facts that events do not keep; rules that read them can only be replayed in part. */
const NOT_KEPT: ReadonlySet<string> = new Set([
  'Finding.evidence',
  'Principal.name',
  'Request.endpoint',
  'Request.tools',
  'Request.write_tools',
  'Request.practice',
  'Part.role',
  'Part.media',
  'Part.turn',
  'Part.hidden',
  'Part.source',
  'Tool.effect',
  'args',
  'arg',
  'flow',
  'Document.object',
  'Document.state',
  'Document.label',
  'Document.reasons',
  'Reader.user',
  'Reader.relation',
]);

/** Examples in one answer: enough to judge a rule by. */
const MAX_EXAMPLES = 20;

export type ReplayExample = {
  readonly event: string;
  readonly time: number;
  readonly principal: string;
  readonly model: string;
  readonly point: Point;
  readonly does: readonly HeldAction[];
  /** What was found there: category and type. */
  readonly findings: readonly string[];
};

/** What a rule would have done to recorded requests. */
export type Replay = {
  readonly rule: string;
  /** Requests looked at, and the time of the oldest; 0 when there is none. */
  readonly requests: number;
  readonly since: number;
  /** Requests that would have gone another way, those that it did stop or change, by what it does. */
  readonly changed: number;
  readonly already: number;
  readonly does: Readonly<Partial<Record<HeldAction, number>>>;
  /** Newest first. */
  readonly examples: readonly ReplayExample[];
  /** Facts that the rule reads and events do not keep: its count may be too low or too high. */
  readonly notKept: readonly string[];
};

/** Asks one rule, as if enforced and alone, about recorded requests. */
export async function replayRule(rule: Rule, events: AsyncIterable<ReplayEvent>): Promise<Replay> {
  const compiled = new Map(rule.on.map((point) => [point, aloneAt(point, compileLoaded(rule, point))]));
  const does: Partial<Record<HeldAction, number>> = {};
  const examples: ReplayExample[] = [];
  let requests = 0;
  let since = 0;
  let changed = 0;
  let already = 0;
  for await (const event of events) {
    requests++;
    since = event.time;
    const found = scenesOf(event).flatMap((scene) => {
      const rules = compiled.get(scene.point);
      const verdict = rules === undefined ? undefined : decideAt(scene.point, rules, scene.vars, true);
      return verdict === undefined || verdict.rules.length === 0 || verdict.errors.length > 0 ? [] : [{ scene, does: actionsOf(verdict) }];
    });
    const [first] = found;
    if (first === undefined) continue;
    if (event.decision?.rules.some((held) => held.id === rule.id) === true) already++;
    else changed++;
    for (const action of new Set(found.flatMap((one) => one.does))) does[action] = (does[action] ?? 0) + 1;
    if (examples.length < MAX_EXAMPLES) examples.push(exampleOf(event, first.scene, first.does));
  }
  const notKept = [...new Set(rule.on.flatMap((point) => [...factsRead(rule, point)]))].filter((fact) => NOT_KEPT.has(fact)).sort();
  return { rule: rule.id, requests, since, changed, already, does, examples, notKept };
}

/** What every rule makes of each part of a recorded request that is worth a look. */
export function explainEvent(
  policy: Policy,
  event: ReplayEvent,
): readonly { part: number; point: Point; where: string; rules: readonly RuleExplanation[] }[] {
  return scenesOf(event).map(({ part, point, vars }) => ({ part, point, where: vars.part.where, rules: explainAt(policy, point, vars) }));
}

/** The facts of one part at one point. */
type Scene = { readonly part: number; readonly point: Point; readonly vars: PointVars };

/** A recorded request as the facts that rules were asked about: each part that is kept, with its findings. */
function scenesOf(event: ReplayEvent): readonly Scene[] {
  const parts = event.parts ?? [];
  const listed = parts.map((part) => sceneOf(event, part, findingsOf(event, part.part, part.point)));
  // Findings of a stream belong to no listed part.
  const rest = new Map<string, EventFinding[]>();
  for (const finding of event.findings ?? []) {
    if (finding.point === undefined || parts.some((part) => part.part === finding.part && part.point === finding.point)) continue;
    const key = `${finding.point} ${finding.part}`;
    rest.set(key, [...(rest.get(key) ?? []), finding]);
  }
  const loose = [...rest.values()].flatMap((findings) => {
    const [first] = findings;
    return first?.point === undefined
      ? []
      : [sceneOf(event, { part: first.part, point: first.point, origin: 'unknown', size: 0 }, findings)];
  });
  return [...listed, ...loose];
}

function findingsOf(event: ReplayEvent, part: number, point: Point): readonly EventFinding[] {
  return (event.findings ?? []).filter((finding) => finding.part === part && (finding.point ?? point) === point);
}

function sceneOf(event: ReplayEvent, part: EventPart, findings: readonly EventFinding[]): Scene {
  const plain = sampleVars(part.point, {});
  const kind = plain.part.kind;
  const { actor, api } = event;
  return {
    part: part.part,
    point: part.point,
    vars: {
      ...plain,
      findings: findings.map(findingOf),
      principal: {
        ...plain.principal,
        id: actor.principal,
        kind: actor.kind === 'user' || actor.kind === 'agent' ? actor.kind : 'service',
        key: actor.key ?? '',
      },
      request: {
        ...plain.request,
        api: api?.operation ?? '',
        model: api?.model ?? '',
        provider: api?.provider ?? '',
        stream: api?.stream ?? false,
        attachments: (event.parts ?? []).filter((other) => other.kind !== undefined && other.kind !== 'text').length,
      },
      part: {
        ...plain.part,
        origin: part.origin,
        kind: (part.kind as typeof kind | undefined) ?? 'text',
        size: part.size,
        scanned: part.scanned ?? true,
        where: part.where ?? '',
      },
      ...(plain.tool === undefined ? {} : { tool: { name: part.tool ?? '', effect: 'unknown' } }),
    },
  };
}

function findingOf({ rule, category, type, severity, confidence, part, start, end }: EventFinding): Finding {
  return { rule, category, type, severity, confidence, location: { kind: 'text', part, start, end } };
}

function exampleOf(event: ReplayEvent, scene: Scene, does: readonly HeldAction[]): ReplayExample {
  return {
    event: event.uid,
    time: event.time,
    principal: event.actor.principal,
    model: event.api?.model ?? '',
    point: scene.point,
    does,
    findings: [...new Set(scene.vars.findings.map((finding) => `${finding.category} ${finding.type}`))],
  };
}
