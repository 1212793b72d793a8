import { Type, type Static } from '../kernel/index.ts';
import { CATALOGUE } from './catalogue.ts';

const NAME = '^[a-z][a-z0-9-]{0,31}$';
const ADDRESS = Type.String({ pattern: '^https?://', maxLength: 2_000 });
const HOST = Type.String({ pattern: '^[a-z0-9.-]+(:\\d{1,5})?$', maxLength: 260 });
const SECRET = Type.String({
  pattern: '^\\$\\{(env|file):[^{}\\s]+\\}$',
  description: '${env:NAME} or ${file:PATH}: a reference, never the secret.',
});

const RULE = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' }),
    when: Type.String({
      maxLength: 10_000,
      description: 'CEL over `method`, `host`, `path` (canonical, still encoded), `agent`, `user`.',
    }),
    then: Type.Enum(['allow', 'ask', 'deny']),
    scopes: Type.Optional(
      Type.Array(Type.String({ maxLength: 200 }), { maxItems: 50, description: 'Scopes that the account must have been given for this.' }),
    ),
    why: Type.Optional(Type.String({ maxLength: 300 })),
  },
  { additionalProperties: false, description: 'The strictest rule that holds counts; where none holds, the call is denied.' },
);

const CONNECTION = Type.Object(
  {
    name: Type.String({ pattern: NAME, description: 'Your name for it; the path is /proxy/NAME/...' }),
    service: Type.Enum(['oauth2', 'api_key', ...Object.keys(CATALOGUE)], {
      description: 'A service of the catalogue, or `oauth2` or `api_key` with addresses of your own.',
    }),
    parameters: Type.Optional(Type.Record(Type.String({ pattern: NAME }), Type.String({ pattern: '^[A-Za-z0-9.-]{1,200}$' }))),
    clientId: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
    clientSecret: Type.Optional(SECRET),
    scopes: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 100 })),
    api: Type.Optional(ADDRESS),
    hosts: Type.Optional(Type.Array(HOST, { maxItems: 50, description: 'Further hosts that may be called with the credential.' })),
    oauth: Type.Optional(
      Type.Object(
        {
          authorize: Type.Optional(ADDRESS),
          token: Type.Optional(ADDRESS),
          revoke: Type.Optional(ADDRESS),
          pkce: Type.Optional(Type.Enum(['S256', 'none'])),
          scopeSeparator: Type.Optional(Type.Enum([' ', ','])),
          client: Type.Optional(Type.Enum(['basic', 'post', 'none'])),
          extra: Type.Optional(Type.Record(Type.String({ pattern: '^[a-z_]{1,64}$' }), Type.String({ maxLength: 500 }))),
        },
        { additionalProperties: false },
      ),
    ),
    put: Type.Optional(
      Type.Union([
        Type.Object(
          { header: Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' }), prefix: Type.String({ maxLength: 50 }) },
          { additionalProperties: false },
        ),
        Type.Object({ query: Type.String({ pattern: '^[A-Za-z0-9_.-]{1,64}$' }) }, { additionalProperties: false }),
      ]),
    ),
    headers: Type.Optional(Type.Array(Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' }), { maxItems: 50 })),
    rules: Type.Array(RULE, { minItems: 1, maxItems: 200 }),
  },
  { additionalProperties: false },
);

/** The part of `sallyport.yaml` under `connections:`. */
export const CONFIG: ReturnType<typeof schema> = schema();

function schema() {
  return Type.Array(CONNECTION, {
    maxItems: 200,
    description: 'Third-party APIs that agents reach through /proxy/NAME/ without seeing a credential.',
  });
}

export type ConnectionConfig = Static<typeof CONNECTION>;
