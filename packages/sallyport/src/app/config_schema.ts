import { Type, type Static } from '../kernel/index.ts';
import { CONFIG as APPROVALS } from '../approvals/config.ts';
import { CONFIG as AUDIT } from '../audit/config.ts';
import { CONFIG as DOCUMENTS } from '../documents/config.ts';
import { CONFIG as FGA } from '../fga/config.ts';
import { CONFIG as FLOW } from '../flow/config.ts';
import { CONFIG as GATEWAY, TEMPLATE } from '../gateway/config.ts';
import { CONFIG as LIMITS } from '../limits/config.ts';
import { CONFIG as GUARDS } from '../guard/config.ts';
import { CONFIG as KNOWLEDGE } from '../knowledge/config.ts';
import { CONFIG as MCP } from '../mcp/config.ts';
import { CONFIG as PROVIDERS } from '../providers/config.ts';
import { CONFIG as POLICY } from '../policy/config.ts';
import { CONFIG as SCAN } from '../scan/config.ts';
import { CONFIG as CONNECTIONS } from '../vault/config.ts';

/** Everything that may stand in `sallyport.yaml`. */
export const CONFIG = Type.Object(
  {
    providers: Type.Optional(PROVIDERS),
    ...POLICY.properties,
    guards: Type.Optional(GUARDS),
    tenants: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' }),
        Type.Object({ guards: Type.Optional(GUARDS) }, { additionalProperties: false }),
        {
          description:
            'Settings of single tenants, by name: each key that stands here takes the place of the same key of the installation.',
        },
      ),
    ),
    templates: Type.Optional(
      Type.Array(TEMPLATE, {
        maxItems: 200,
        description: 'Prompt templates: the gate fills them in and refuses a field that is not what was declared.',
      }),
    ),
    gateway: Type.Optional(GATEWAY),
    limits: Type.Optional(LIMITS),
    audit: Type.Optional(AUDIT),
    approvals: Type.Optional(APPROVALS),
    connections: Type.Optional(CONNECTIONS),
    mcp: Type.Optional(MCP),
    scan: Type.Optional(SCAN),
    documents: Type.Optional(DOCUMENTS),
    knowledge: Type.Optional(KNOWLEDGE),
    fga: Type.Optional(FGA),
    content: Type.Optional(
      Type.Enum(['none', 'findings', 'full'], {
        default: 'findings',
        description: 'What is kept of texts: nothing, masked excerpts around findings for 30 days, or everything for 7 days.',
      }),
    ),
    ...FLOW.properties,
    store: Type.Optional(
      Type.Object(
        {
          url: Type.String({
            pattern: '^(postgres(ql)?://|\\$\\{(env|file):[^{}\\s]+\\}$)',
            description: 'PostgreSQL 15 or newer, or a reference ${env:NAME} or ${file:PATH} to its address. Embedded when absent.',
          }),
        },
        { additionalProperties: false },
      ),
    ),
    listen: Type.Optional(
      Type.Object(
        {
          gateway: Type.Optional(
            Type.String({ pattern: '^[^\\s]+:\\d{1,5}$', description: 'HOST:PORT of the gateway; loopback port 8100 by default.' }),
          ),
          console: Type.Optional(
            Type.String({ pattern: '^[^\\s]+:\\d{1,5}$', description: 'HOST:PORT of the console; loopback port 8101 by default.' }),
          ),
          hosts: Type.Optional(
            Type.Array(Type.String({ maxLength: 253 }), {
              maxItems: 100,
              description: 'Names by which clients call the gateway, beside loopback names.',
            }),
          ),
          origins: Type.Optional(
            Type.Array(Type.String({ pattern: '^https?://[^/]+$' }), {
              maxItems: 100,
              description: 'Web origins whose pages may call the gateway.',
            }),
          ),
          trustedProxies: Type.Optional(
            Type.Array(Type.String({ minLength: 2, maxLength: 50 }), {
              maxItems: 100,
              description:
                'Proxies in front of both ports, as addresses or networks such as 10.0.0.0/8: where a request comes from is then what they write into X-Forwarded-For. None by default.',
            }),
          ),
          plain: Type.Optional(
            Type.Boolean({
              default: false,
              description: 'Listen on addresses that others can reach without TLS: only behind a proxy that has it.',
            }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    tls: Type.Optional(
      Type.Object(
        { cert: Type.String({ description: 'PEM file.' }), key: Type.String({ description: 'PEM file.' }) },
        { additionalProperties: false },
      ),
    ),
    publicUrl: Type.Optional(Type.String({ pattern: '^https?://', description: 'The address of the console as people reach it.' })),
    authorization: Type.Optional(
      Type.Object(
        {
          metadataDocuments: Type.Optional(
            Type.Boolean({
              default: true,
              description:
                'Applications may come by the address of their own description (client ID metadata documents), as MCP clients do; people still decide.',
            }),
          ),
          registration: Type.Optional(
            Type.Boolean({ default: false, description: 'Applications may register themselves (RFC 7591); people still decide.' }),
          ),
        },
        { additionalProperties: false, description: 'The authorization server at /oidc of the console port.' },
      ),
    ),
    conversations: Type.Optional(
      Type.Object(
        { days: Type.Integer({ minimum: 1, maximum: 3_650, description: 'How long what was last written to is kept.' }) },
        {
          additionalProperties: false,
          description:
            'Applications may keep a person’s chats and facts at /v1/conversations/, sealed, for that person’s own token. Off when absent.',
        },
      ),
    ),
    telemetry: Type.Optional(
      Type.Object(
        {
          traces: Type.Optional(
            Type.Object(
              { endpoint: Type.String({ pattern: '^https?://', description: 'OTLP/HTTP collector, e.g. http://127.0.0.1:4318.' }) },
              { additionalProperties: false },
            ),
          ),
          metrics: Type.Optional(Type.Boolean({ default: false, description: 'Prometheus metrics at /metrics of the console port.' })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false, description: 'sallyport.yaml' },
);

/** A configuration as it is written. */
export type Written = Static<typeof CONFIG>;
