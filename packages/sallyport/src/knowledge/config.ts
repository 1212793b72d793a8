import { Type, type Static } from '../kernel/index.ts';

/** The part `knowledge:` of sallyport.yaml. */
export const CONFIG = Type.Object(
  {
    keep: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Keep the bytes of accepted and quarantined documents, sealed with a key of their own, until they are erased.',
      }),
    ),
    copies: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000,
        default: 4,
        description: 'Nearly equal documents beside a new one from which they are a flood.',
      }),
    ),
    hours: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 8_760, default: 24, description: 'How far back documents count for a flood.' }),
    ),
    readers: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        default: 20,
        description: 'Readers from which a confidential document is shared too widely; five times as many for an internal one.',
      }),
    ),
    sharing: Type.Optional(
      Type.Object(
        {
          store: Type.String({
            minLength: 1,
            maxLength: 64,
            description: 'Id of the authorization store that says who may read a document.',
          }),
          relation: Type.Optional(
            Type.String({ pattern: '^[a-z][a-z0-9_-]{0,49}$', default: 'viewer', description: 'Relation of readers to documents.' }),
          ),
          user: Type.Optional(Type.String({ pattern: '^[a-z][a-z0-9_-]{0,49}$', default: 'user', description: 'Type of readers.' })),
          group: Type.Optional(
            Type.String({
              pattern: '^[a-z][a-z0-9_-]{0,49}#[a-z][a-z0-9_-]{0,49}$',
              default: 'group#member',
              description: 'What members of a group are: TYPE#RELATION.',
            }),
          ),
        },
        { additionalProperties: false, description: 'Where the report of over-sharing looks.' },
      ),
    ),
  },
  { additionalProperties: false, description: 'Documents on their way into knowledge bases.' },
);

export type KnowledgeConfig = Static<typeof CONFIG>;
