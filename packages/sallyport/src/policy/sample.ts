import type { Finding, Json, Point } from '../kernel/index.ts';
import type { RuleTest } from './config.ts';
import type { PointVars } from './vars.ts';

type Given = RuleTest['given'];

const ORIGIN_AT: Readonly<Record<Point, PointVars['part']['origin']>> = {
  prompt: 'user',
  content: 'retrieved',
  tool_call: 'assistant',
  tool_result: 'tool',
  response: 'assistant',
  login: 'unknown',
  retrieval: 'retrieved',
  admission: 'unknown',
};

/** The facts of an example: what it gives, and plain values for the rest (one short scanned text, no tools, a service as principal). */
export function sampleVars(point: Point, given: Given): PointVars {
  const origin = given.part?.origin ?? ORIGIN_AT[point];
  const request = given.request ?? {};
  return {
    findings: (given.findings ?? []).map(sampleFinding),
    principal: { id: 'prn_example', kind: 'service', name: 'example', key: 'key_example', ...defined(given.principal) },
    request: {
      endpoint: '/v1/chat/completions',
      api: 'chat',
      model: 'example-model',
      provider: 'example',
      stream: false,
      tools: request.write_tools === true,
      write_tools: false,
      attachments: given.part?.kind === undefined || given.part.kind === 'text' ? 0 : 1,
      practice: false,
      ...defined(request),
    },
    part: {
      role: origin,
      kind: 'text',
      media: '',
      turn: 0,
      size: 100,
      scanned: true,
      where: 'messages[0].content',
      hidden: '',
      source: '',
      ...defined(given.part),
      origin,
    },
    ...(point === 'tool_call' || point === 'tool_result'
      ? { tool: { name: 'example_tool', effect: 'unknown', ...defined(given.tool) } }
      : {}),
    ...(point === 'tool_call' ? callVars(given) : {}),
    ...(point === 'retrieval' ? foundVars(given) : {}),
  };
}

/** A call whose arguments come from the user, unless the example says otherwise. */
function callVars(given: Given): Pick<PointVars, 'args' | 'arg' | 'flow'> {
  const plain = { value: '', origin: 'user', kind: 'text', whole: false, bound: true, directed: false, identity: false, host: '' } as const;
  const arg = Object.fromEntries(Object.entries(given.arg ?? {}).map(([name, facts]) => [name, { ...plain, ...defined(facts) }]));
  return { args: (given.args ?? {}) as Record<string, Json>, arg, flow: { decision: 'allow', reasons: [], ...defined(given.flow) } };
}

/** A document that was looked at and accepted, found for a user who may view it. */
function foundVars(given: Given): Pick<PointVars, 'document' | 'reader'> {
  return {
    document: { object: 'document:example', state: 'accepted', label: 'public', reasons: [], ...defined(given.document) },
    reader: { user: 'user:example', relation: 'viewer', ...defined(given.reader) },
  };
}

function sampleFinding(finding: NonNullable<Given['findings']>[number]): Finding {
  return {
    rule: 'example.rule',
    type: 'EXAMPLE',
    severity: 'high',
    confidence: 1,
    location: { kind: 'text', part: 0, start: 0, end: 1 },
    ...defined(finding),
    category: finding.category,
  };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Parsed objects never hold `undefined`; their types only allow it. */
function defined<T extends object>(value: T | undefined): Partial<Defined<T>> {
  return value ?? {};
}
