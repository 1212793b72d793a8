import { CATEGORIES, SEVERITIES, type Finding, type Json, type Point } from '../kernel/index.ts';
import type { CelEnv, CelType } from '../cel/index.ts';

export const PRINCIPAL_KINDS = ['user', 'agent', 'service'] as const;
export const ORIGINS = ['system', 'user', 'tool', 'retrieved', 'assistant', 'unknown'] as const;
export const PART_KINDS = ['text', 'image', 'audio', 'video', 'file', 'other'] as const;
/** Where the bytes of a file are; '' for what is no file. */
export const FILE_SOURCES = ['', 'body', 'provider', 'address'] as const;
export const EFFECTS = ['read', 'write', 'egress', 'destructive', 'unknown'] as const;
export const VALUE_ORIGINS = ['user', 'system', 'trusted', 'self', 'field', 'made', 'prose', 'assistant', 'unseen'] as const;
export const FLOW_DECISIONS = ['allow', 'ask'] as const;
/** What is known of a document that was found: nothing, or how it stands since it was looked at. */
export const DOCUMENT_STATES = ['unknown', 'accepted', 'quarantined', 'rejected', 'released', 'erased'] as const;
export const DOCUMENT_LABELS = ['', 'public', 'internal', 'confidential'] as const;
const APIS = [
  'chat',
  'completions',
  'responses',
  'messages',
  'count_tokens',
  'embeddings',
  'moderations',
  'inspect',
  'rag',
  'mcp',
] as const;

/** What rules may read at a point. Plain data; `findings` are the kernel's, of which rules see rule, category, type, severity, confidence and evidence. */
export type PointVars = {
  readonly findings: readonly Finding[];
  readonly principal: {
    readonly id: string;
    readonly kind: (typeof PRINCIPAL_KINDS)[number];
    readonly name: string;
    /** Id of the key that was presented, '' without one. */
    readonly key: string;
  };
  readonly request: {
    /** Path of the endpoint, e.g. `/v1/chat/completions`. */
    readonly endpoint: string;
    /** chat, completions, responses, messages, count_tokens, embeddings, moderations, inspect, rag, mcp. */
    readonly api: string;
    readonly model: string;
    readonly provider: string;
    readonly stream: boolean;
    /** Whether the request offers tools at all, and tools that write, send or are not known. */
    readonly tools: boolean;
    readonly write_tools: boolean;
    /** How many parts are not text. */
    readonly attachments: number;
    readonly practice: boolean;
  };
  readonly part: {
    readonly origin: (typeof ORIGINS)[number];
    readonly role: string;
    readonly kind: (typeof PART_KINDS)[number];
    /** Media type, '' when not known. */
    readonly media: string;
    /** Index of the message, -1 outside of messages. */
    readonly turn: number;
    /** UTF-16 code units. */
    readonly size: number;
    /** false: nothing could look inside. */
    readonly scanned: boolean;
    readonly where: string;
    /** How a text of a document is hidden from a person (`low_contrast`, `comment` …), '' for what is seen. */
    readonly hidden: string;
    /** Of a file: in the body, at the provider (`file_id`), or at an address that the provider fetches. */
    readonly source: (typeof FILE_SOURCES)[number];
  };
  /** At tool_call and tool_result. */
  readonly tool?: { readonly name: string; readonly effect: (typeof EFFECTS)[number] };
  /** At tool_call: the arguments as the model wrote them. */
  readonly args?: { readonly [name: string]: Json };
  /** At tool_call: where the values of the arguments come from, by the name that they stand under; of several values the worst. */
  readonly arg?: {
    readonly [name: string]: {
      readonly value: string;
      readonly origin: (typeof VALUE_ORIGINS)[number];
      readonly kind: string;
      /** A whole field of a structured result, not a piece of prose. */
      readonly whole: boolean;
      /** What the request speaks of. */
      readonly bound: boolean;
      /** From a read that content steered. */
      readonly directed: boolean;
      readonly identity: boolean;
      /** Of a link; '' otherwise. */
      readonly host: string;
    };
  };
  /** At tool_call: what the flow engine says. */
  readonly flow?: { readonly decision: (typeof FLOW_DECISIONS)[number]; readonly reasons: readonly string[] };
  /** At retrieval: a document that the reader may read. */
  readonly document?: {
    /** Its name in the authorization store, `document:handbook`. */
    readonly object: string;
    readonly state: (typeof DOCUMENT_STATES)[number];
    /** '' when nothing is known of it. */
    readonly label: (typeof DOCUMENT_LABELS)[number];
    /** Which checks spoke against it, or noted something: `knowledge.instructions`. */
    readonly reasons: readonly string[];
  };
  /** At retrieval: for whom it is, and by which relation. */
  readonly reader?: { readonly user: string; readonly relation: string };
};

const VARIABLES: Readonly<Record<string, CelType>> = {
  findings: { list: { object: 'Finding' } },
  principal: { object: 'Principal' },
  request: { object: 'Request' },
  part: { object: 'Part' },
};
const TOOL: Readonly<Record<string, CelType>> = { tool: { object: 'Tool' } };
const ARGS: Readonly<Record<string, CelType>> = { args: 'dyn', arg: { map: { object: 'Argument' } }, flow: { object: 'Flow' } };
const DOCUMENT: Readonly<Record<string, CelType>> = { document: { object: 'Document' }, reader: { object: 'Reader' } };
const FINDING: Readonly<Record<string, CelType>> = { f: { object: 'Finding' } };

const OBJECTS: CelEnv['objects'] = {
  Finding: { rule: 'string', category: 'string', type: 'string', severity: 'string', confidence: 'double', evidence: 'string' },
  Principal: { id: 'string', kind: 'string', name: 'string', key: 'string' },
  Request: {
    endpoint: 'string',
    api: 'string',
    model: 'string',
    provider: 'string',
    stream: 'bool',
    tools: 'bool',
    write_tools: 'bool',
    attachments: 'int',
    practice: 'bool',
  },
  Part: {
    origin: 'string',
    role: 'string',
    kind: 'string',
    media: 'string',
    turn: 'int',
    size: 'int',
    scanned: 'bool',
    where: 'string',
    hidden: 'string',
    source: 'string',
  },
  Tool: { name: 'string', effect: 'string' },
  Argument: {
    value: 'string',
    origin: 'string',
    kind: 'string',
    whole: 'bool',
    bound: 'bool',
    directed: 'bool',
    identity: 'bool',
    host: 'string',
  },
  Flow: { decision: 'string', reasons: { list: 'string' } },
  Document: { object: 'string', state: 'string', label: 'string', reasons: { list: 'string' } },
  Reader: { user: 'string', relation: 'string' },
};

const ENUMS: CelEnv['enums'] = {
  'Finding.category': CATEGORIES,
  'Finding.severity': SEVERITIES,
  'Principal.kind': PRINCIPAL_KINDS,
  'Request.api': APIS,
  'Part.origin': ORIGINS,
  'Part.kind': PART_KINDS,
  'Part.source': FILE_SOURCES,
  'Tool.effect': EFFECTS,
  'Argument.origin': VALUE_ORIGINS,
  'Flow.decision': FLOW_DECISIONS,
  'Document.state': DOCUMENT_STATES,
  'Document.label': DOCUMENT_LABELS,
};

const environment = (...variables: readonly Readonly<Record<string, CelType>>[]): CelEnv => ({
  variables: Object.assign({}, VARIABLES, ...variables) as Record<string, CelType>,
  objects: OBJECTS,
  enums: ENUMS,
  defaults: { 'Finding.evidence': '' },
});

/** The variables of a point's conditions, and of its masks, which see one finding more as `f`. */
export type PointEnv = { readonly when: CelEnv; readonly mask: CelEnv };

const PLAIN: PointEnv = { when: environment(), mask: environment(FINDING) };
const WITH_TOOL: PointEnv = { when: environment(TOOL), mask: environment(TOOL, FINDING) };
const WITH_ARGS: PointEnv = { when: environment(TOOL, ARGS), mask: environment(TOOL, ARGS, FINDING) };

const WITH_DOCUMENT: PointEnv = { when: environment(DOCUMENT), mask: environment(DOCUMENT, FINDING) };

/** What may be read where. Points with the same variables share one environment. */
export const ENV_OF: Readonly<Record<Point, PointEnv>> = {
  prompt: PLAIN,
  content: PLAIN,
  tool_call: WITH_ARGS,
  tool_result: WITH_TOOL,
  response: PLAIN,
  login: PLAIN,
  retrieval: WITH_DOCUMENT,
  admission: PLAIN,
};
