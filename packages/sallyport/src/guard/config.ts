import { Type, type Static } from '../kernel/index.ts';
import { HARM_CATEGORIES } from './usage/harm.ts';
import { CHECK_NAMES, type CheckName } from './detectors/identifiers/checks.ts';
import { SECOND_STAGE_CONFIG } from './second_stage/config.ts';

const CustomPattern = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z][a-z0-9-]{0,40}$', description: 'Name of the pattern; findings carry the rule custom.<id>.' }),
    pattern: Type.String({ minLength: 1, maxLength: 500, description: 'A regular expression (RE2 syntax, run in linear time).' }),
    category: Type.Union([Type.Literal('secret'), Type.Literal('personal_data')]),
    type: Type.String({ pattern: '^[A-Z][A-Z0-9_]{1,40}$', description: 'Type of what it finds, e.g. EMPLOYEE_NUMBER.' }),
    checksum: Type.Optional(
      Type.Unsafe<CheckName>(
        Type.Union(
          CHECK_NAMES.map((name) => Type.Literal(name)),
          { description: 'What a match must pass, without its blanks, hyphens, dots and slashes.' },
        ),
      ),
    ),
    context: Type.Optional(
      Type.Array(Type.String({ minLength: 2, maxLength: 60 }), {
        minItems: 1,
        maxItems: 50,
        description: 'Words of which one must stand near a match, in any case.',
      }),
    ),
    severity: Type.Optional(Type.Union([Type.Literal('low'), Type.Literal('medium'), Type.Literal('high'), Type.Literal('critical')])),
  },
  { additionalProperties: false },
);

const NAME = '^[a-z][a-z0-9-]{0,40}$';
/** Detectors are named as their folders. */
const NAME_WITH_UNDERSCORE = '^[a-z][a-z0-9_]{0,40}$';

const Terms = Type.Object(
  {
    id: Type.String({ pattern: NAME, description: 'Name of the list; findings carry the rule terms.<id>.' }),
    terms: Type.Array(Type.String({ minLength: 2, maxLength: 100 }), {
      minItems: 1,
      maxItems: 1_000,
      description: 'Words or phrases; found in any case, spelling with digits, look-alike letters, spaced out, with endings.',
    }),
    severity: Type.Optional(Type.Union([Type.Literal('low'), Type.Literal('medium'), Type.Literal('high'), Type.Literal('critical')])),
  },
  { additionalProperties: false },
);

const Allow = Type.Object(
  {
    value: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'The value, in any case.' })),
    sha256: Type.Optional(
      Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the value in small letters, so that it need not stand here.' }),
    ),
    pattern: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 500,
        description: 'A regular expression of the whole value (RE2 syntax, run in linear time).',
      }),
    ),
    types: Type.Optional(Type.Array(Type.String(), { description: 'Only for these types; for all when absent.' })),
  },
  { additionalProperties: false },
);

export type AllowEntry = Static<typeof Allow>;

const Topic = Type.Object(
  {
    name: Type.String({ pattern: NAME, description: 'Name of the topic; in the type of its findings.' }),
    stance: Type.Union([Type.Literal('allowed'), Type.Literal('blocked')], {
      description:
        'With allowed topics, requests on none of them are found (topics.off-topic); requests on a blocked one always (topics.blocked).',
    }),
    examples: Type.Array(Type.String({ minLength: 3, maxLength: 1_000 }), {
      minItems: 3,
      maxItems: 100,
      description: 'What users ask on this topic; ten varied ones work well. A classifier learns from them when the configuration is read.',
    }),
  },
  { additionalProperties: false },
);

const Harm = Type.Object(
  {
    categories: Type.Array(Type.Enum([...HARM_CATEGORIES]), {
      minItems: 1,
      uniqueItems: true,
      description: 'Categories that are looked for.',
    }),
    threshold: Type.Optional(Type.Number({ minimum: 0.3, maximum: 1, default: 0.8, description: 'Likelihood from which a text counts.' })),
  },
  { additionalProperties: false, description: 'Categories of harm by a small trained baseline: for observing, with many misses.' },
);

/** The part `guards:` of sallyport.yaml. */
export const CONFIG = Type.Object(
  {
    threshold: Type.Optional(
      Type.Number({ minimum: 0.05, maximum: 1, default: 0.5, description: 'Injection score from which a text counts as an injection.' }),
    ),
    secondStage: Type.Optional(SECOND_STAGE_CONFIG),
    confidence: Type.Optional(
      Type.Record(Type.String({ pattern: NAME_WITH_UNDERSCORE }), Type.Number({ minimum: 0, maximum: 1 }), {
        description: 'Findings of a detector (by id) below this confidence are left out. Injections have `threshold` instead.',
      }),
    ),
    off: Type.Optional(
      Type.Array(Type.String(), { description: 'Detectors that are switched off, by id (see `sallyport inspect --list`).' }),
    ),
    types: Type.Optional(Type.Array(Type.String(), { description: 'Types of personal data that are looked for; all when absent.' })),
    phoneRegions: Type.Optional(
      Type.Array(Type.String({ pattern: '^[A-Z]{2}$' }), {
        default: ['US'],
        maxItems: 8,
        description: 'Countries (ISO 3166 alpha-2) in whose national form a phone number without + is understood.',
      }),
    ),
    linkHosts: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Hosts to which replies may link with data in the address (suffix match on whole labels).',
      }),
    ),
    canaries: Type.Optional(
      Type.Array(Type.String({ minLength: 8, maxLength: 200 }), {
        description: 'Strings in your system prompts that no reply may contain.',
      }),
    ),
    terms: Type.Optional(Type.Array(Terms, { maxItems: 50, description: 'Lists of blocked terms.' })),
    topics: Type.Optional(
      Type.Array(Topic, { maxItems: 20, description: 'Topics by example: what an app is for, and what it is not for.' }),
    ),
    harm: Type.Optional(Harm),
    patterns: Type.Optional(Type.Array(CustomPattern, { maxItems: 200, description: 'Your own patterns.' })),
    allow: Type.Optional(
      Type.Array(Allow, { maxItems: 1000, description: 'Personal data that is never told: exactly one of value, sha256, pattern each.' }),
    ),
    shapes: Type.Optional(
      Type.Array(Type.String(), {
        description:
          'Types whose masked value keeps its form (digits stay digits, check digits fit) instead of becoming a placeholder. It is not put back.',
      }),
    ),
  },
  { additionalProperties: false, description: 'Detectors over text.' },
);

export type GuardConfig = Static<typeof CONFIG>;

/** Every detector on, threshold 0.5. */
export const DEFAULT_GUARD_CONFIG: GuardConfig = {};
