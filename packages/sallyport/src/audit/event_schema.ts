import { CATEGORIES, POINTS, SEVERITIES, Type, type TSchema } from '../kernel/index.ts';
import { VALUE_ORIGINS } from './event.ts';

/**
 * Where a string in an event comes from. This is what keeps prompts, replies and arguments out of the log:
 * - `word`: from a list in the program; `id`: made by the program; `hash`: hexadecimal;
 * - `label`: a name out of a request or a provider's reply (model, tool): written only when it looks like a name;
 * - `name`: chosen by an administrator; `constant`: a sentence of the program or of the policy file.
 */
export const STRING_SOURCES = ['word', 'id', 'hash', 'label', 'name', 'constant'] as const;
export type StringSource = (typeof STRING_SOURCES)[number];

/** Longest `word`, `id`, `hash` or `label`: ids have about 30 characters, the longest model names in use about 90. */
export const MAX_LABEL = 128;
/** Longest `name` or `constant`: a rule's `why` is one sentence. */
export const MAX_SENTENCE = 300;
/** Parts and findings kept in one event. With them, and the calls below, the largest event stays below 448 KiB whatever the request holds; the rest is counted in `omitted`. */
export const MAX_PARTS = 256;
export const MAX_FINDINGS = 256;
/** Tool calls of one event, values of one call, and messages: a reply seldom has more than four calls of a handful of values. */
export const MAX_CALLS = 16;
export const MAX_VALUES = 16;
export const MAX_MESSAGES = 32;
/** Codes of one call: more than there are. */
const MAX_CODES = 24;
/** Rules kept in one decision. */
export const MAX_RULES = 64;
/** Entries of `timings`, `masked`, `detail`. */
export const MAX_ENTRIES = 64;

const text = (source: StringSource, description: string) =>
  Type.String({ source, description, maxLength: source === 'name' || source === 'constant' ? MAX_SENTENCE : MAX_LABEL });
const oneOf = (words: readonly string[], description: string) => Type.Enum([...words], { source: 'word', description });
const number = (description: string) => Type.Number({ description });
const strict = { additionalProperties: false } as const;
const optional = <S extends TSchema>(schema: S) => Type.Optional(schema);

const ruleSchema = Type.Object(
  {
    id: text('name', 'id of the rule in the policy'),
    action: oneOf(['allow', 'ask', 'deny', 'mask', 'quarantine'], 'what the rule does'),
    point: optional(oneOf(POINTS, 'where it held')),
    part: optional(number('index of the part it held for')),
    why: optional(text('constant', "the policy's own sentence")),
  },
  strict,
);

const findingSchema = Type.Object(
  {
    rule: text('word', 'the detector'),
    category: oneOf(CATEGORIES, 'kind of thing that is wrong'),
    type: text('word', 'finer kind'),
    severity: oneOf(SEVERITIES, 'how bad'),
    confidence: number('0 to 1'),
    point: optional(oneOf(POINTS, 'where it was found')),
    part: number('index of the part'),
    start: number('offset, UTF-16 code units'),
    end: number('offset, exclusive'),
  },
  strict,
);

const partSchema = Type.Object(
  {
    part: number('index'),
    origin: oneOf(['system', 'user', 'tool', 'retrieved', 'assistant', 'unknown'], 'who the text comes from'),
    point: oneOf(POINTS, 'where it was inspected'),
    size: number('UTF-16 code units'),
    commitment: optional(text('hash', 'HMAC-SHA-256 under a key of the tenant')),
    kind: optional(text('word', 'text, image, file, …')),
    where: optional(text('label', 'path in the body without values')),
    tool: optional(text('label', 'name of the tool')),
    scanned: optional(Type.Boolean()),
  },
  strict,
);

const codes = (description: string) => Type.Array(text('word', description), { maxItems: MAX_CODES });
const valueSchema = Type.Object(
  {
    argument: text('label', 'the way to it in the arguments'),
    kind: text('word', 'email, url, path, text, …'),
    origin: oneOf(VALUE_ORIGINS, 'where it comes from'),
    message: number('message that it came from, -1 for none'),
    tool: optional(text('label', 'tool whose result that message is')),
    whole: optional(Type.Boolean()),
    bound: optional(Type.Boolean()),
    steered: optional(Type.Boolean()),
    reasons: codes('what speaks against it'),
  },
  strict,
);

const callSchema = Type.Object(
  {
    tool: text('label', 'name of the tool'),
    effect: text('word', 'what the tool does'),
    part: number('index of the part that holds the arguments'),
    flow: oneOf(['allow', 'ask', 'deny'], 'what the information flow says'),
    reasons: codes('what speaks against the call'),
    values: Type.Array(valueSchema, { maxItems: MAX_VALUES }),
    more: optional(number('values that are not listed')),
  },
  strict,
);

const messageSchema = Type.Object(
  {
    message: number('index in the request'),
    origin: oneOf(['system', 'user', 'tool', 'retrieved', 'assistant', 'unknown'], 'who the text comes from'),
    tool: optional(text('label', 'tool whose result it is')),
    size: number('UTF-16 code units'),
  },
  strict,
);

/** The event as JSON Schema: what the log holds, and what the documentation is made from. Unknown members are never written. */
export const EventSchema = Type.Object(
  {
    uid: text('id', 'event id'),
    tenant: text('id', 'tenant'),
    time: number('milliseconds since 1970, UTC'),
    class_uid: number('OCSF class'),
    activity_id: number('OCSF activity'),
    severity_id: number('OCSF severity'),
    status_id: number('OCSF status'),
    kind: text('word', 'kind of event'),
    phase: optional(oneOf(['started', 'ended'], 'of a stream')),
    actor: Type.Object(
      {
        principal: text('id', 'who acted'),
        kind: optional(oneOf(['user', 'agent', 'service', 'operator', 'system'], 'kind of principal')),
        key: optional(text('id', 'id of the key')),
        actors: optional(Type.Array(text('id', 'who acts for the principal'), { maxItems: 3 })),
        end_user: optional(text('hash', 'commitment of the end user that the request named')),
      },
      strict,
    ),
    api: optional(
      Type.Object(
        {
          operation: text('word', 'operation of the API'),
          model: optional(text('label', 'model as requested')),
          provider: optional(text('name', 'provider as configured')),
          upstream_model: optional(text('label', 'model as sent')),
          stream: optional(Type.Boolean()),
          response: optional(text('label', "id of the provider's reply")),
        },
        strict,
      ),
    ),
    target: optional(
      Type.Object(
        { kind: text('word', 'kind of thing changed'), id: text('id', 'its id'), name: optional(text('name', 'its name')) },
        strict,
      ),
    ),
    decision: optional(
      Type.Object(
        {
          action: oneOf(['allow', 'ask', 'deny'], 'the strictest action'),
          rules: Type.Array(ruleSchema, { maxItems: MAX_RULES }),
          would: Type.Array(ruleSchema, { maxItems: MAX_RULES }),
        },
        strict,
      ),
    ),
    findings: optional(Type.Array(findingSchema, { maxItems: MAX_FINDINGS })),
    parts: optional(Type.Array(partSchema, { maxItems: MAX_PARTS })),
    messages: optional(Type.Array(messageSchema, { maxItems: MAX_MESSAGES })),
    calls: optional(Type.Array(callSchema, { maxItems: MAX_CALLS })),
    usage: optional(
      Type.Object(
        { input: number('tokens'), output: number('tokens'), cached: optional(number('of the input tokens, read from a cache')) },
        strict,
      ),
    ),
    timings: optional(Type.Record(Type.String(), number('milliseconds'), { keys: 'word' })),
    masked: optional(Type.Record(Type.String(), number('how many'), { keys: 'word' })),
    http: optional(
      Type.Object(
        {
          status: number('HTTP status'),
          method: optional(text('word', 'HTTP method')),
          route: optional(text('word', 'route pattern, never the path as sent')),
        },
        strict,
      ),
    ),
    status_code: optional(text('word', 'code of an error catalogue')),
    message: optional(text('constant', 'sentence of an error catalogue or of the program')),
    content: optional(
      Type.Object(
        { mode: oneOf(['none', 'findings', 'full'], 'what was kept'), expires: optional(number('milliseconds since 1970')) },
        strict,
      ),
    ),
    conversation: optional(text('label', 'id of the run of an agent')),
    cause: optional(text('id', 'event that this one belongs to')),
    detail: optional(
      Type.Record(
        Type.String(),
        Type.Union([text('name', 'written by an administrator or the program'), Type.Number(), Type.Boolean(), Type.Null()]),
        {
          keys: 'word',
        },
      ),
    ),
    omitted: optional(Type.Object({ parts: optional(number('how many')), findings: optional(number('how many')) }, strict)),
  },
  strict,
);
