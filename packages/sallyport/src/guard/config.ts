import { Type, type Static } from '../kernel/index.ts';
import { CHECK_NAMES, type CheckName } from './detectors/identifiers/checks.ts';

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

/** The part `guards:` of sallyport.yaml. */
export const CONFIG = Type.Object(
  {
    threshold: Type.Optional(
      Type.Number({ minimum: 0.05, maximum: 1, default: 0.5, description: 'Injection score from which a text counts as an injection.' }),
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

/** The same under the name that the generator of the configuration's documentation looks for. */

export type GuardConfig = Static<typeof CONFIG>;

/** Every detector on, threshold 0.5. */
export const DEFAULT_GUARD_CONFIG: GuardConfig = {};
