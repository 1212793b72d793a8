import { reasonOf } from '../../kernel/index.ts';
import { toolFacts, type ToolFacts } from '../../flow/index.ts';
import type { KeyRecord } from '../../identity/service.ts';
import { fail } from '../errors.ts';
import { keyOf, type ResourceDefinition, type ServerDefinitions, type ToolDefinition } from '../definitions/index.ts';
import { mayUseServer, mayUseTool } from './access.ts';
import { toolOf, type Connection, type Connections, type View } from './connections.ts';
import type { KnownTool, McpDeps } from './context.ts';
import { fullName, splitName } from './name.ts';
import { pinKey } from './pin.ts';
import type { ServerSpec } from './server_spec.ts';

/** What an endpoint serves: one server, or all as one. */
export type Scope = { readonly server: ServerSpec | undefined };

/** A definition as its server and the gate know it. */
export type Found = {
  readonly connection: Connection;
  readonly tool: KnownTool;
  readonly definition: ToolDefinition | undefined;
  readonly problem: string | undefined;
};

type Prompt = ServerDefinitions['prompts'][number];

/** Stands for reading a server's resources in lists of tools, rules and approvals: it takes their addresses as its argument. */
export const READ_RESOURCE = 'resources/read';

/** What a caller is offered, and what its names mean. */
export class Catalogue {
  readonly #deps: McpDeps;
  readonly #connections: Connections;
  /** By the definition as it was read: one belongs to one connection, so to one server. */
  readonly #facts = new WeakMap<ToolDefinition, ToolFacts>();

  constructor(deps: McpDeps, connections: Connections) {
    this.#deps = deps;
    this.#connections = connections;
  }

  async tools(scope: Scope, key: KeyRecord): Promise<ToolDefinition[]> {
    return this.#gather(scope, key, ({ definitions, standing }, spec) =>
      definitions.tools
        .filter((tool) => standing.get(pinKey('tool', tool.name)) === 'pinned' && mayUseTool(spec, key, tool.name))
        // Tasks are not offered, so what a tool says of them would mislead.
        .map(({ execution: _, ...tool }) => ({ ...tool, name: this.#named(scope, spec, tool.name) })),
    );
  }

  async prompts(scope: Scope, key: KeyRecord): Promise<Prompt[]> {
    return this.#gather(scope, key, ({ definitions, standing }, spec) =>
      definitions.prompts
        .filter((prompt) => standing.get(pinKey('prompt', prompt.name)) === 'pinned' && mayUsePart(spec, key, prompt.name))
        .map((prompt) => ({ ...prompt, name: this.#named(scope, spec, prompt.name) })),
    );
  }

  async resources(scope: Scope, key: KeyRecord): Promise<ResourceDefinition[]> {
    return this.#gather(scope, key, (view, spec) =>
      mayUsePart(spec, key, READ_RESOURCE) ? pinned(view).filter(({ uri }) => uri !== undefined) : [],
    );
  }

  /** Templates name no server: they are offered where there is only one. */
  async templates(scope: Scope, key: KeyRecord): Promise<ResourceDefinition[]> {
    if (scope.server === undefined) return [];
    return this.#gather(scope, key, (view, spec) =>
      mayUsePart(spec, key, READ_RESOURCE) ? pinned(view).filter(({ uriTemplate }) => uriTemplate !== undefined) : [],
    );
  }

  /** The server's instructions for models, when they are approved. */
  async instructions(scope: Scope, key: KeyRecord): Promise<string | undefined> {
    if (scope.server === undefined) return undefined;
    const connection = await this.#connections.to(scope.server, key);
    const { definitions, standing } = await connection.view('list');
    return standing.get(pinKey('instructions', '')) === 'pinned' && definitions.instructions !== '' ? definitions.instructions : undefined;
  }

  /** The tool that a name means for a caller; undefined when there is none that he may know of. Rejects MCP_SERVER_FAILED, MCP_PINS_UNREADABLE. */
  async tool(scope: Scope, key: KeyRecord, name: string): Promise<Found | undefined> {
    const meant = this.#meant(scope, key, name);
    if (meant === undefined || !mayUseTool(meant.server, key, meant.name)) return undefined;
    const connection = await this.#connections.to(meant.server, key);
    const found = toolOf(await connection.view('call'), meant.name);
    if (found === undefined) return undefined;
    const full = fullName(meant.server.name, meant.name);
    let facts = this.#facts.get(found.definition);
    if (facts === undefined)
      this.#facts.set(found.definition, (facts = toolFacts(full, this.#deps.flow.manifest, found.definition.annotations ?? {})));
    const problem = found.state === 'pinned' ? undefined : QUARANTINED[found.state];
    return { connection, tool: { ...meant, full, facts }, definition: found.definition, problem };
  }

  async prompt(scope: Scope, key: KeyRecord, name: string): Promise<Found | undefined> {
    const meant = this.#meant(scope, key, name);
    if (meant === undefined || !mayUsePart(meant.server, key, meant.name)) return undefined;
    const connection = await this.#connections.to(meant.server, key);
    const { definitions, standing } = await connection.view('call');
    if (!definitions.prompts.some((prompt) => prompt.name === meant.name)) return undefined;
    const state = standing.get(pinKey('prompt', meant.name)) ?? 'waiting';
    const problem = state === 'pinned' ? undefined : QUARANTINED[state];
    return { connection, tool: this.#reading(meant.server, meant.name), definition: undefined, problem };
  }

  /** The server of a resource: the one there is, or the only one that lists this address. */
  async resource(scope: Scope, key: KeyRecord, uri: string): Promise<Found | undefined> {
    if (scope.server !== undefined) {
      if (!mayUsePart(scope.server, key, READ_RESOURCE)) return undefined;
      const connection = await this.#connections.to(scope.server, key);
      const view = await connection.view('call');
      return { connection, tool: this.#reading(scope.server, READ_RESOURCE), definition: undefined, problem: heldBack(view, uri) };
    }
    const owners = await this.#views(scope, key, 'call');
    const listing = owners.filter(
      ({ view, connection }) =>
        mayUsePart(connection.spec, key, READ_RESOURCE) && view.definitions.resources.some((one) => one.uri === uri),
    );
    const [only] = listing;
    // Two servers that claim one address: neither is believed.
    if (only === undefined || listing.length > 1) return undefined;
    return {
      connection: only.connection,
      tool: this.#reading(only.connection.spec, READ_RESOURCE),
      definition: undefined,
      problem: heldBack(only.view, uri),
    };
  }

  #meant(scope: Scope, key: KeyRecord, name: string): { server: ServerSpec; name: string } | undefined {
    if (scope.server !== undefined) return { server: scope.server, name };
    const split = splitName(name);
    const server = split === undefined ? undefined : this.#deps.servers.get(split.server);
    return split === undefined || server === undefined || !mayUseServer(server, key) ? undefined : { server, name: split.name };
  }

  #reading(server: ServerSpec, name: string): KnownTool {
    const full = fullName(server.name, name);
    return { server, name, full, facts: { ...toolFacts(full, this.#deps.flow.manifest), effect: 'read' } };
  }

  #named(scope: Scope, spec: ServerSpec, name: string): string {
    return scope.server === undefined ? fullName(spec.name, name) : name;
  }

  async #gather<T>(scope: Scope, key: KeyRecord, take: (view: View, spec: ServerSpec) => readonly T[]): Promise<T[]> {
    return (await this.#views(scope, key, 'list')).flatMap(({ view, connection }) => take(view, connection.spec));
  }

  /** The views of the scope's servers. Where there are several, one that fails takes nothing from the others. */
  async #views(scope: Scope, key: KeyRecord, fresh: 'call' | 'list'): Promise<{ view: View; connection: Connection }[]> {
    const one = async (spec: ServerSpec): Promise<{ view: View; connection: Connection }> => {
      const connection = await this.#connections.to(spec, key);
      return { connection, view: await connection.view(fresh) };
    };
    if (scope.server !== undefined) return [await one(scope.server)];
    const usable = [...this.#deps.servers.values()].filter((spec) => mayUseServer(spec, key));
    const settled = await Promise.allSettled(usable.map((spec) => one(spec)));
    for (const result of settled)
      if (result.status === 'rejected') this.#deps.logger.warn('MCP server left out', { reason: reasonOf(result.reason) });
    if (usable.length > 0 && settled.every(({ status }) => status === 'rejected')) throw fail('MCP_SERVER_FAILED');
    return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  }
}

/** Prompts and resources are a server's own to name: what `tools` of the configuration offers is not about them; lists of agents are. */
function mayUsePart(spec: ServerSpec, key: KeyRecord, name: string): boolean {
  return mayUseTool({ ...spec, tools: [] }, key, name);
}

const QUARANTINED = {
  waiting: 'It is new, and an administrator has not approved it yet.',
  changed: 'Its definition has changed since it was approved, and an administrator has not looked at the change yet.',
  rejected: 'An administrator has rejected its definition.',
} as const satisfies Partial<Record<string, string>>;

/** The resources and templates of a view that are offered. */
function pinned({ definitions, standing }: View): ResourceDefinition[] {
  return definitions.resources.filter((resource) => standing.get(pinKey('resource', keyOf(resource))) === 'pinned');
}

/** Why a resource is not read that its server lists. One that no list names (a template's, a link in an answer) is the caller's choice; what it holds is judged. */
function heldBack({ definitions, standing }: View, uri: string): string | undefined {
  if (!definitions.resources.some((resource) => resource.uri === uri)) return undefined;
  const state = standing.get(pinKey('resource', uri)) ?? 'waiting';
  return state === 'pinned' ? undefined : QUARANTINED[state];
}
