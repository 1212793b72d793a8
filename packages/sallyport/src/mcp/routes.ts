import { parser, Type, type Json, type Route } from '../kernel/index.ts';
import { MAX_ADDRESS } from './definitions/index.ts';
import { fail } from './errors.ts';
import type { McpControl, McpSource } from './control.ts';
import { historyView, pinView, principalView, reachView, serverView } from './views.ts';

const PINS = Type.Object(
  {
    pins: Type.Array(
      Type.Object(
        {
          server: Type.String({ minLength: 1, maxLength: 64 }),
          kind: Type.Enum(['instructions', 'tool', 'prompt', 'resource']),
          name: Type.String({ maxLength: MAX_ADDRESS, description: 'Of a resource its address.' }),
          hash: Type.String({
            pattern: '^[0-9a-f]{64}$',
            description: 'Of the version that was looked at: another one is not answered for.',
          }),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 2_000 },
    ),
    why: Type.Optional(Type.String({ minLength: 1, maxLength: 300, description: 'What you say to it; it is kept with the answer.' })),
  },
  { additionalProperties: false },
);
const SOURCE = Type.Optional(Type.Enum(['demo'], { description: 'Made-up servers in place of the real ones, where demo data is shown.' }));
const strict = { additionalProperties: false } as const;
const ALL = Type.Object({ source: SOURCE }, strict);
const LIST = Type.Object({ server: Type.Optional(Type.String({ maxLength: 64 })), source: SOURCE }, strict);
const OF_SERVER = Type.Object({ server: Type.String({ minLength: 1, maxLength: 64 }), source: SOURCE }, strict);
const OF_PRINCIPAL = Type.Object(
  { who: Type.String({ minLength: 1, maxLength: 160, description: 'Id of a principal that may use tools.' }), source: SOURCE },
  strict,
);
const parsePins = parser(PINS);
const parseList = parser(LIST);
const parseServer = parser(OF_SERVER);
const parsePrincipal = parser(OF_PRINCIPAL);
/** Principals that one list shows. */
const MAX_PRINCIPALS = 1_000;

/** The control routes of MCP servers: what they are, what of them is approved, and what who reaches by them. */
export function mcpRoutes(control: McpControl): readonly Route[] {
  return [...serverRoutes(control), ...reachRoutes(control), ...answerRoutes(control)];
}

function sourceOf(control: McpControl, asked: Readonly<Record<string, string>>): McpSource {
  return asked['source'] === 'demo' ? control.demo : control.real;
}

/** The query as it is understood; refuses what is not in the schema. */
function read<T>(
  parse: (value: unknown) => { ok: true; value: T } | { ok: false; problems: readonly { message: string }[] },
  value: unknown,
): T {
  const parsed = parse(value);
  if (!parsed.ok) throw fail('MCP_INVALID', { say: parsed.problems.map(({ message }) => message).join('; ') });
  return parsed.value;
}

function serverRoutes(control: McpControl): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/mcp/servers',
      summary: 'The MCP servers of the configuration, how they are, how they are kept apart, and what of their definitions waits.',
      authority: { permission: 'mcp:read' },
      query: ALL,
      async handler({ caller, query }) {
        const source = sourceOf(control, query);
        const [servers, rows] = await Promise.all([source.servers(caller.tenant), source.pins(caller.tenant)]);
        return { json: { servers: servers.map((server) => serverView(server, rows)) as unknown as Json } };
      },
    },
    {
      method: 'GET',
      path: '/api/mcp/pins',
      summary:
        'Definitions of MCP servers (`server`: of one), with the version that is approved, the one that is there, the difference, and what the tool does.',
      authority: { permission: 'mcp:read' },
      query: LIST,
      async handler({ caller, query }) {
        const source = sourceOf(control, query);
        const rows = await source.pins(caller.tenant, read(parseList, query).server);
        return { json: { pins: rows.map((row) => pinView(row, source.manifest)) as unknown as Json } };
      },
    },
    {
      method: 'GET',
      path: '/api/mcp/history',
      summary: "What became of a server's definitions: seen, changed, quarantined, approved and rejected, by whom and why; newest first.",
      authority: { permission: 'mcp:read' },
      query: OF_SERVER,
      async handler({ caller, query }) {
        const events = await sourceOf(control, query).history(caller.tenant, read(parseServer, query).server);
        return { json: { history: events.map(historyView) as unknown as Json } };
      },
    },
  ];
}

function reachRoutes(control: McpControl): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/mcp/principals',
      summary: 'Who may use tools: keys, and agents that act for themselves.',
      authority: { permission: 'mcp:read' },
      query: ALL,
      handler({ caller, query }) {
        const all = sourceOf(control, query).principals(caller.tenant);
        return { json: { principals: all.slice(0, MAX_PRINCIPALS).map(principalView) as unknown as Json, count: all.length } };
      },
    },
    {
      method: 'GET',
      path: '/api/mcp/reach',
      summary: 'What a principal reaches: its tools by server, what each can do, and the combinations that are dangerous.',
      authority: { permission: 'mcp:read' },
      query: OF_PRINCIPAL,
      async handler({ caller, query }) {
        const source = sourceOf(control, query);
        const { who } = read(parsePrincipal, query);
        const principal = source.principals(caller.tenant).find((one) => one.principal === who);
        if (principal === undefined) throw fail('MCP_PRINCIPAL_UNKNOWN');
        const [servers, rows] = await Promise.all([source.servers(caller.tenant), source.pins(caller.tenant)]);
        return { json: reachView(principal, servers, rows, source.manifest) as unknown as Json };
      },
    },
  ];
}

function answerRoutes(control: McpControl): Route[] {
  const answer = (decision: 'approve' | 'reject', summary: string): Route => ({
    method: 'POST',
    path: `/api/mcp/pins/${decision}`,
    summary,
    authority: { permission: 'mcp:write' },
    body: PINS,
    async handler({ caller, body }) {
      const { pins, why } = read(parsePins, body);
      if (control.answer === undefined) throw fail('MCP_PIN_UNKNOWN');
      await control.answer(caller.tenant, decision, pins, { actor: caller.principal, why });
      return { json: { answered: pins.length } };
    },
  });
  return [
    answer('approve', 'Approves definitions exactly as they were looked at: they are offered from then on.'),
    answer('reject', 'Rejects definitions: they stay withheld until the server changes them.'),
  ];
}
