import { CATEGORIES, POINTS, SEVERITIES, Type, type Static } from '../kernel/index.ts';
import {
  DOCUMENT_LABELS,
  DOCUMENT_STATES,
  EFFECTS,
  FILE_SOURCES,
  FLOW_DECISIONS,
  ORIGINS,
  PART_KINDS,
  PRINCIPAL_KINDS,
  VALUE_ORIGINS,
} from './vars.ts';

const strict = { additionalProperties: false } as const;

/** CEL expressions are checked for size again when they are compiled. */
const EXPRESSION = { minLength: 1, maxLength: 10_000 } as const;

/** One sentence, shown to callers and operators. */
const MAX_WHY = 300;
const MAX_RULES = 500;
const MAX_TESTS = 50;

const GIVEN = Type.Object(
  {
    findings: Type.Optional(
      Type.Array(
        Type.Object(
          {
            category: Type.Enum([...CATEGORIES]),
            rule: Type.Optional(Type.String()),
            type: Type.Optional(Type.String()),
            severity: Type.Optional(Type.Enum([...SEVERITIES])),
            confidence: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
            evidence: Type.Optional(Type.String()),
          },
          strict,
        ),
        { maxItems: 100 },
      ),
    ),
    principal: Type.Optional(
      Type.Object(
        {
          id: Type.Optional(Type.String()),
          kind: Type.Optional(Type.Enum([...PRINCIPAL_KINDS])),
          name: Type.Optional(Type.String()),
          key: Type.Optional(Type.String()),
        },
        strict,
      ),
    ),
    request: Type.Optional(
      Type.Object(
        {
          endpoint: Type.Optional(Type.String()),
          api: Type.Optional(Type.String()),
          model: Type.Optional(Type.String()),
          provider: Type.Optional(Type.String()),
          stream: Type.Optional(Type.Boolean()),
          tools: Type.Optional(Type.Boolean()),
          write_tools: Type.Optional(Type.Boolean()),
          attachments: Type.Optional(Type.Integer({ minimum: 0 })),
          practice: Type.Optional(Type.Boolean()),
        },
        strict,
      ),
    ),
    part: Type.Optional(
      Type.Object(
        {
          origin: Type.Optional(Type.Enum([...ORIGINS])),
          role: Type.Optional(Type.String()),
          kind: Type.Optional(Type.Enum([...PART_KINDS])),
          media: Type.Optional(Type.String()),
          turn: Type.Optional(Type.Integer({ minimum: -1 })),
          size: Type.Optional(Type.Integer({ minimum: 0 })),
          scanned: Type.Optional(Type.Boolean()),
          hidden: Type.Optional(Type.String()),
          source: Type.Optional(Type.Enum([...FILE_SOURCES])),
          where: Type.Optional(Type.String()),
        },
        strict,
      ),
    ),
    tool: Type.Optional(Type.Object({ name: Type.Optional(Type.String()), effect: Type.Optional(Type.Enum([...EFFECTS])) }, strict)),
    args: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    arg: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object(
          {
            value: Type.Optional(Type.String()),
            origin: Type.Optional(Type.Enum([...VALUE_ORIGINS])),
            kind: Type.Optional(Type.String()),
            whole: Type.Optional(Type.Boolean()),
            bound: Type.Optional(Type.Boolean()),
            directed: Type.Optional(Type.Boolean()),
            identity: Type.Optional(Type.Boolean()),
            host: Type.Optional(Type.String()),
          },
          strict,
        ),
      ),
    ),
    flow: Type.Optional(
      Type.Object(
        { decision: Type.Optional(Type.Enum([...FLOW_DECISIONS])), reasons: Type.Optional(Type.Array(Type.String(), { maxItems: 50 })) },
        strict,
      ),
    ),
    document: Type.Optional(
      Type.Object(
        {
          object: Type.Optional(Type.String()),
          state: Type.Optional(Type.Enum([...DOCUMENT_STATES])),
          label: Type.Optional(Type.Enum([...DOCUMENT_LABELS])),
          reasons: Type.Optional(Type.Array(Type.String(), { maxItems: 50 })),
        },
        strict,
      ),
    ),
    reader: Type.Optional(Type.Object({ user: Type.Optional(Type.String()), relation: Type.Optional(Type.String()) }, strict)),
  },
  { ...strict, description: 'Facts of an example; what is left out has a plain default, see README.' },
);

const RULE = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$', description: 'Name of the rule; in events, refusals and commands.' }),
    on: Type.Array(Type.Enum([...POINTS]), {
      minItems: 1,
      maxItems: POINTS.length,
      uniqueItems: true,
      description: 'The points where it is asked.',
    }),
    when: Type.String({ ...EXPRESSION, description: 'CEL; the rule holds when this is true.' }),
    then: Type.Optional(
      Type.Enum(['allow', 'ask', 'deny', 'quarantine'], {
        description:
          'What happens then; the strictest rule that holds wins. quarantine: the part is replaced by a notice (content and tool_result).',
      }),
    ),
    mask: Type.Optional(
      Type.String({ ...EXPRESSION, description: 'CEL over one finding `f`: the findings whose text is masked. Masks always apply.' }),
    ),
    enforce: Type.Optional(Type.Boolean({ default: true, description: 'false: it is only recorded what the rule would have done.' })),
    why: Type.String({
      minLength: 1,
      maxLength: MAX_WHY,
      pattern: '^[^\\u0000-\\u001f]+$',
      description: 'The reason, in plain words, for callers and operators.',
    }),
    tests: Type.Optional(
      Type.Array(
        Type.Object(
          {
            given: GIVEN,
            expect: Type.Enum(['allow', 'ask', 'deny', 'quarantine', 'mask'], { description: 'What this rule alone does with it.' }),
            point: Type.Optional(Type.Enum([...POINTS], { description: 'Where; by default the first of `on`.' })),
          },
          strict,
        ),
        {
          maxItems: MAX_TESTS,
          description: 'Examples that are tried at every load. An enforced rule needs one that expects its own action.',
        },
      ),
    ),
  },
  { ...strict, description: 'A line of policy.' },
);

const ACTION = Type.Enum(['allow', 'ask', 'deny'], { default: 'allow' });

/** The policy's keys of `sallyport.yaml`; they stand at its top level. */
export const CONFIG = Type.Object(
  {
    rules: Type.Optional(
      Type.Array(RULE, {
        maxItems: MAX_RULES,
        description: 'Your rules, beside those of the default policy. Their order does not matter.',
      }),
    ),
    defaults: Type.Optional(
      Type.Object(
        { tool_call: Type.Optional(ACTION), retrieval: Type.Optional(ACTION), admission: Type.Optional(ACTION) },
        { ...strict, description: 'What happens at a point when no enforced rule holds. Everywhere else it is allowed.' },
      ),
    ),
    withoutRules: Type.Optional(
      Type.Array(Type.String(), {
        maxItems: MAX_RULES,
        description: 'Rules of the default policy that are left out. To try life without one first: `sallyport policy observe RULE`.',
      }),
    ),
  },
  { ...strict, description: 'Rules and decisions.' },
);

/** A rule as it is written. */
export type RuleSource = Static<typeof RULE>;
export type RuleTest = NonNullable<RuleSource['tests']>[number];
export type PolicyConfig = Static<typeof CONFIG>;
