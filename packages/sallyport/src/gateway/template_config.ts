import { Type, type Static } from '../kernel/index.ts';

const closed = { additionalProperties: false } as const;

/** What a field may hold. Only `text` is free, and only it is marked as data in the prompt. */
const FIELD = Type.Union([
  Type.Object(
    { kind: Type.Literal('choice'), choices: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { minItems: 1, maxItems: 200 }) },
    closed,
  ),
  Type.Object(
    {
      kind: Type.Literal('number'),
      minimum: Type.Optional(Type.Number()),
      maximum: Type.Optional(Type.Number()),
      integer: Type.Optional(Type.Boolean({ default: false, description: 'Whole numbers only.' })),
    },
    closed,
  ),
  Type.Object({ kind: Type.Literal('date') }, { ...closed, description: 'A day, as 2026-01-31.' }),
  Type.Object(
    {
      kind: Type.Literal('pattern'),
      pattern: Type.String({ minLength: 1, maxLength: 500, description: 'RE2; the whole value must match.' }),
    },
    closed,
  ),
  Type.Object({ kind: Type.Literal('text'), maxLength: Type.Integer({ minimum: 1, maximum: 100_000 }) }, closed),
]);

/** One prompt template. */
export const TEMPLATE = Type.Object(
  {
    name: Type.String({
      pattern: '^[a-z][a-z0-9-]{0,40}$',
      description: 'Requests name it: {"sallyport": {"template": NAME, "fields": {...}}}.',
    }),
    messages: Type.Array(
      Type.Object({ role: Type.Enum(['system', 'user', 'assistant']), text: Type.String({ minLength: 1, maxLength: 100_000 }) }, closed),
      { minItems: 1, maxItems: 50, description: 'What the model gets; {{name}} stands for a field.' },
    ),
    fields: Type.Optional(Type.Record(Type.String({ pattern: '^[a-z][a-z0-9_]{0,40}$' }), FIELD, { description: 'What callers fill in.' })),
  },
  closed,
);

export type TemplateConfig = Static<typeof TEMPLATE>;
export type FieldConfig = Static<typeof FIELD>;
