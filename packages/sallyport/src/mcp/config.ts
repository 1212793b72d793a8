import { Type, type Static } from '../kernel/index.ts';

/** A reference to a secret, never the secret. */
const SECRET = Type.String({
  pattern: '^\\$\\{(env|file):[^{}\\s]+\\}$',
  maxLength: 4_096,
  description: '${env:NAME} or ${file:PATH}: a reference, never the secret.',
});
const GLOB = Type.String({ minLength: 1, maxLength: 200 });
/** Without an underscore, so that `server__tool` reads in one way only. */
const NAME = '^[a-z][a-z0-9-]{0,31}$';

const SERVER = Type.Object(
  {
    name: Type.String({ pattern: NAME, description: 'Your name for it; the path is /mcp/NAME, its tools are NAME__TOOL at /mcp.' }),
    url: Type.Optional(
      Type.String({
        pattern: '^https?://[^\\s#]+$',
        maxLength: 2_000,
        description: 'Address of a server with streamable HTTP. May be a private address: it is reached exactly as written.',
      }),
    ),
    credential: Type.Optional(SECRET),
    header: Type.Optional(
      Type.String({
        pattern: '^[a-z][a-z0-9-]{0,63}$',
        default: 'authorization',
        description: 'Header that carries the credential; in `authorization` it stands after "Bearer ".',
      }),
    ),
    connection: Type.Optional(
      Type.String({ pattern: NAME, description: 'Entry of `connections`: the credential is the account of the person who asks.' }),
    ),
    command: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1_000,
        description: 'Program of a server on standard input and output, started in a sandbox.',
      }),
    ),
    builtin: Type.Optional(
      Type.Enum(['code'], {
        description:
          'A server that comes with the gate. `code` runs programs in Python and JavaScript, in a sandbox without network (bubblewrap).',
      }),
    ),
    args: Type.Optional(Type.Array(Type.String({ maxLength: 4_096 }), { maxItems: 100 })),
    env: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,127}$' }), Type.String({ maxLength: 4_096 }), {
        description: 'Its whole environment beside PATH; values may be ${env:NAME} or ${file:PATH}.',
      }),
    ),
    readable: Type.Optional(
      Type.Array(Type.String({ pattern: '^/', maxLength: 4_096 }), {
        maxItems: 100,
        description: 'Files and folders that the program may read beside those of the system, its own code among them.',
      }),
    ),
    hosts: Type.Optional(
      Type.Array(Type.String({ pattern: '^(\\*\\.)?[a-z0-9.-]+(:\\d{1,5})?$', maxLength: 260 }), {
        maxItems: 100,
        description: 'Hosts that the program may reach, *.name for those below one; none when absent.',
      }),
    ),
    image: Type.Optional(
      Type.String({ minLength: 1, maxLength: 500, description: 'Image in which it runs where containers keep programs apart.' }),
    ),
    memoryMiB: Type.Optional(
      Type.Integer({ minimum: 16, maximum: 1_048_576, default: 1_024, description: 'Memory of all its processes together.' }),
    ),
    accept: Type.Optional(
      Type.Array(Type.Enum(['unsandboxed', 'open_network']), {
        description:
          'What you accept where this machine has no sandbox that keeps it: a program that can do whatever the user of this gate can, or reach every host.',
      }),
    ),
    tools: Type.Optional(
      Type.Array(GLOB, { minItems: 1, maxItems: 200, description: 'Tools that are offered, * as wildcard. All when absent.' }),
    ),
    access: Type.Optional(
      Type.Array(
        Type.Object(
          {
            who: Type.Array(GLOB, {
              minItems: 1,
              maxItems: 200,
              description: 'Ids or names of principals, * as wildcard (not in names of people, who choose them).',
            }),
            tools: Type.Optional(Type.Array(GLOB, { minItems: 1, maxItems: 200 })),
          },
          { additionalProperties: false },
        ),
        { maxItems: 200, description: 'Who may use which of its tools. Everybody with a key for tools when absent.' },
      ),
    ),
    mayAsk: Type.Optional(
      Type.Array(Type.Enum(['elicitation', 'sampling', 'roots']), {
        maxItems: 3,
        description:
          'What the server may ask of whoever calls it: input of the user, an answer of the model, the folders of the client. Nothing when absent.',
      }),
    ),
    callsPerMinute: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000, description: 'Calls of one principal.' })),
    timeoutSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_600, default: 60, description: 'How long one call may take.' })),
  },
  { additionalProperties: false },
);

/** The key `mcp` of `sallyport.yaml`. */
export const CONFIG: ReturnType<typeof schema> = schema();

function schema() {
  return Type.Object(
    {
      pin: Type.Optional(
        Type.Enum(['first_use', 'approve'], {
          default: 'first_use',
          description: 'Whether the definitions of a server that is seen for the first time are taken over, or wait for an administrator.',
        }),
      ),
      servers: Type.Optional(Type.Array(SERVER, { maxItems: 100, description: 'MCP servers behind the gateway port.' })),
    },
    { additionalProperties: false, description: 'The MCP gateway.' },
  );
}

export type McpConfig = Static<typeof CONFIG>;
export type ServerConfig = Static<typeof SERVER>;
