import { parser, Type, type Json, type Route, type TenantId } from '../kernel/index.ts';
import { MAX_ADDRESS } from './definitions/index.ts';
import { fail } from './errors.ts';
import type { ServerState } from './gateway/connections.ts';
import type { PinRow } from './gateway/pin.ts';
import type { Pins } from './gateway/pins.ts';
import type { ServerSpec } from './gateway/server_spec.ts';

/** What the routes read; the gateway itself is there only where servers are configured. */
export type McpControl = {
  readonly servers: ReadonlyMap<string, ServerSpec>;
  readonly pins: Pick<Pins, 'list' | 'answer'> | undefined;
  state(tenant: TenantId, server: string): ServerState | undefined;
};

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
  },
  { additionalProperties: false },
);
const LIST = Type.Object({ server: Type.Optional(Type.String({ maxLength: 64 })) }, { additionalProperties: false });
const parsePins = parser(PINS);

/** The control routes of MCP servers: what they are, and what of them is approved. */
export function mcpRoutes(control: McpControl): readonly Route[] {
  const { servers, pins } = control;
  const answer = (decision: 'approve' | 'reject', summary: string): Route => ({
    method: 'POST',
    path: `/api/mcp/pins/${decision}`,
    summary,
    authority: { permission: 'mcp:write' },
    body: PINS,
    async handler({ caller, body }) {
      const read = parsePins(body);
      if (!read.ok) throw fail('MCP_INVALID', { say: read.problems.map(({ message }) => message).join('; ') });
      if (pins === undefined) throw fail('MCP_PIN_UNKNOWN');
      await pins.answer(caller.tenant, decision, read.value.pins, caller.principal);
      return { json: { answered: read.value.pins.length } };
    },
  });
  return [
    {
      method: 'GET',
      path: '/api/mcp/servers',
      summary: 'The MCP servers of the configuration, how they are, and what of their definitions waits.',
      authority: { permission: 'mcp:read' },
      async handler({ caller }) {
        const rows = (await pins?.list(caller.tenant)) ?? [];
        return {
          json: {
            servers: [...servers.values()].map((spec) =>
              serverView(spec, control.state(caller.tenant, spec.name), rows),
            ) as unknown as Json,
          },
        };
      },
    },
    {
      method: 'GET',
      path: '/api/mcp/pins',
      summary:
        'Definitions of MCP servers (`server`: of one), with the version that is approved, the one that is there, and the difference.',
      authority: { permission: 'mcp:read' },
      query: LIST,
      handler: async ({ caller, query }) => ({
        json: { pins: ((await pins?.list(caller.tenant, query['server'])) ?? []).map(pinView) as unknown as Json },
      }),
    },
    answer('approve', 'Approves definitions exactly as they were looked at: they are offered from then on.'),
    answer('reject', 'Rejects definitions: they stay withheld until the server changes them.'),
  ];
}

function serverView({ name, reach, tools, access }: ServerSpec, state: ServerState | undefined, rows: readonly PinRow[]) {
  const own = rows.filter((row) => row.server === name);
  return {
    name,
    kind: reach.kind,
    address: reach.kind === 'http' ? reach.url.href : [reach.command, ...reach.args].join(' '),
    tools: [...tools],
    restricted: access !== undefined,
    state: state?.state ?? 'never_used',
    checked: state?.checked ?? null,
    problem: state?.problem ?? null,
    leftOut: [...(state?.leftOut ?? [])],
    definitions: own.length,
    waiting: own.filter((row) => row.state === 'waiting' || row.state === 'changed').length,
  };
}

function pinView(row: PinRow) {
  const { server, kind, name, state, changes, findings, created, changed } = row;
  return {
    ...{ server, kind, name, state, changes, findings, created, changed },
    hash: row.current_hash,
    current: JSON.parse(row.current) as Json,
    pinned: row.pinned === null ? null : (JSON.parse(row.pinned) as Json),
    decidedBy: row.decided_by,
    decided: row.decided,
  };
}
