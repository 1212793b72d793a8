import { reasonOf, type TenantId } from '../../kernel/index.ts';
import type { KeyRecord } from '../../identity/service.ts';
import {
  keyOf,
  MAX_ADDRESS,
  readDefinitions,
  type DefinitionProblem,
  type ServerDefinitions,
  type ToolDefinition,
} from '../definitions/index.ts';
import { fail } from '../errors.ts';
import { Account } from './account.ts';
import type { McpDeps } from './context.ts';
import type { Credential } from './guarded_fetch.ts';
import { marksProblem } from './param_headers.ts';
import { pinKey, type PinState } from './pin.ts';
import type { Pins, Standing } from './pins.ts';
import type { ServerSpec } from './server_spec.ts';
import { Upstream } from './upstream.ts';

/** Connections kept at once; beyond it the one that was used longest ago is closed. */
const MAX_CONNECTIONS = 512;
/** Processes of one caller's servers and of all callers stay below what a machine carries. */
const MAX_PROCESSES = 64;
/** A connection that nobody uses is closed. */
const IDLE_MS = 10 * 60_000;
const SWEEP_MS = 30_000;
/** How old definitions may be when a call is checked against them, and when they are listed. */
const CALL_AGE_MS = 60_000;
const LIST_AGE_MS = 5_000;
/** A server that says that its lists have changed is asked again, but not more often. */
const RELIST_MS = 1_000;
const LIST_MS = 20_000;
/** A server that could not be reached is not tried again for each request. */
const DOWN_MS = 2_000;
/** What a log says of a failure may quote the server. */
const MAX_REASON = 300;

/** What a server defines, as its tenant has approved it. */
export type View = Read & { readonly standing: Standing };

/** What was read of a server's lists, and what of them was left out. */
type Read = { readonly definitions: ServerDefinitions; readonly problems: readonly DefinitionProblem[] };

/** How the last look at a server ended, for who administers it. */
export type ServerState = {
  readonly state: 'never_used' | 'up' | 'failed';
  readonly checked: number | null;
  readonly problem: string | null;
  readonly tools: number;
  readonly leftOut: readonly DefinitionProblem[];
};

/** One caller's connection to one server. */
export class Connection {
  readonly spec: ServerSpec;
  readonly upstream: Upstream;
  readonly tenant: TenantId;
  readonly key: KeyRecord;
  readonly #pins: Pins;
  readonly #clock: () => number;
  readonly #looked: (view: View | Error) => void;
  #lists: (Read & { readonly at: number }) | undefined;
  #view: { readonly view: View; readonly version: number } | undefined;
  #reading: Promise<void> | undefined;
  #stale = false;
  used: number;

  constructor(
    spec: ServerSpec,
    key: KeyRecord,
    upstream: Upstream,
    deps: { readonly pins: Pins; clock(): number; looked(view: View | Error): void },
  ) {
    this.spec = spec;
    this.key = key;
    this.tenant = key.tenant;
    this.upstream = upstream;
    this.#pins = deps.pins;
    this.#clock = () => deps.clock();
    this.#looked = (view) => deps.looked(view);
    this.used = deps.clock();
  }

  changed(): void {
    this.#stale = true;
  }

  /** The definitions and how they stand: no older than a call may rely on, or as fresh as a list should be. */
  async view(fresh: 'call' | 'list'): Promise<View> {
    const now = this.#clock();
    this.used = now;
    const age = this.#lists === undefined ? Number.POSITIVE_INFINITY : now - this.#lists.at;
    // Lists from before an approval, which this caller still holds, would count as a server that has changed back.
    const outdated = this.#view !== undefined && this.#view.version !== this.#pins.version();
    const most = this.#stale || outdated ? RELIST_MS : fresh === 'call' ? CALL_AGE_MS : LIST_AGE_MS;
    if (age >= most || this.#lists === undefined) await (this.#reading ??= this.#read().finally(() => (this.#reading = undefined)));
    return this.#judged();
  }

  async #read(): Promise<void> {
    this.#stale = false;
    try {
      const lists = await this.upstream.lists(AbortSignal.timeout(LIST_MS));
      this.#lists = { ...readSound(lists), at: this.#clock() };
      this.#view = undefined;
    } catch (error) {
      // What cannot be looked at again is not relied on any longer.
      this.#lists = undefined;
      this.#view = undefined;
      this.#looked(error instanceof Error ? error : new Error(reasonOf(error)));
      throw error;
    }
  }

  async #judged(): Promise<View> {
    const lists = this.#lists;
    if (lists === undefined) throw fail('MCP_SERVER_FAILED', { detail: 'its definitions could not be read' });
    const version = this.#pins.version();
    if (this.#view?.version === version) return this.#view.view;
    const standing = await this.#pins.check(this.tenant, this.spec.name, lists.definitions);
    const view = { definitions: lists.definitions, problems: lists.problems, standing };
    if (this.#lists === lists) this.#view = { view, version };
    this.#looked(view);
    return view;
  }
}

/** Names as the specification has them, with the slash that older servers use. Anything else may look like another name, and no model's API takes it. */
const NAME = /^[A-Za-z0-9_.\-/]{1,128}$/;

function readSound(lists: Parameters<typeof readDefinitions>[0]): Read {
  const { definitions, problems } = readDefinitions(lists);
  const odd: DefinitionProblem[] = [];
  const sound = <T extends { readonly name: string }>(kind: 'tool' | 'prompt', all: readonly T[]): T[] =>
    all.filter(({ name }) => {
      if (NAME.test(name)) return true;
      odd.push({ kind, name, reason: 'its name has other characters than letters, digits and _ . - /' });
      return false;
    });
  const addresses = new Set<string>();
  const resources = definitions.resources.filter((resource) => {
    const address = keyOf(resource);
    const reason =
      address.length > MAX_ADDRESS
        ? `its address is longer than ${MAX_ADDRESS} characters`
        : addresses.has(address)
          ? 'its address is listed twice'
          : undefined;
    if (reason !== undefined) odd.push({ kind: 'resource', name: resource.name, reason });
    else addresses.add(address);
    return reason === undefined;
  });
  const tools = sound('tool', definitions.tools).filter(({ name, inputSchema }) => {
    const reason = marksProblem(inputSchema);
    if (reason !== undefined) odd.push({ kind: 'tool', name, reason });
    return reason === undefined;
  });
  const read = { ...definitions, resources, tools, prompts: sound('prompt', definitions.prompts) };
  return { definitions: read, problems: [...problems, ...odd] };
}

/** A tool of a view, and how it stands. */
export function toolOf(view: View, name: string): { readonly definition: ToolDefinition; readonly state: PinState } | undefined {
  const definition = view.definitions.tools.find((tool) => tool.name === name);
  return definition === undefined ? undefined : { definition, state: view.standing.get(pinKey('tool', name)) ?? 'waiting' };
}

/** All connections of this process: one for each server and caller, so that nothing that a server keeps for one caller reaches another. */
export class Connections {
  readonly #deps: McpDeps;
  readonly #pins: Pins;
  readonly #open = new Map<string, Promise<Connection>>();
  readonly #ready = new Map<string, Connection>();
  readonly #failed = new Map<string, { readonly at: number; readonly error: Error }>();
  readonly #states = new Map<string, ServerState>();
  readonly #timer: NodeJS.Timeout;

  constructor(deps: McpDeps, pins: Pins) {
    this.#deps = deps;
    this.#pins = pins;
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#timer.unref();
  }

  /** The caller's connection to a server, made when there is none. Rejects MCP_SERVER_FAILED. */
  to(spec: ServerSpec, key: KeyRecord): Promise<Connection> {
    const name = [key.tenant, spec.name, key.principal, ...key.actors].join('\n');
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const failed = this.#failed.get(name);
    if (failed !== undefined && this.#deps.clock() - failed.at < DOWN_MS) return Promise.reject(failed.error);
    const made = this.#make(spec, key, name);
    this.#open.set(name, made);
    made.then(
      () => this.#failed.delete(name),
      (error: unknown) => {
        this.#open.delete(name);
        if (this.#failed.size > MAX_CONNECTIONS) this.#failed.clear();
        const known = error instanceof Error ? error : new Error(reasonOf(error));
        this.#failed.set(name, { at: this.#deps.clock(), error: known });
        this.#tell(key.tenant, spec.name, known);
      },
    );
    return made;
  }

  state(tenant: TenantId, server: string): ServerState {
    return this.#states.get(`${tenant}\n${server}`) ?? { state: 'never_used', checked: null, problem: null, tools: 0, leftOut: [] };
  }

  /** Ends the connections of whoever proved himself by a handle that is revoked now. */
  revoke(tenant: TenantId, handle: string): void {
    for (const [name, one] of this.#ready) if (one.tenant === tenant && one.key.handles.includes(handle)) this.#end(name, one);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#ready.values()].map((one) => one.upstream.close()));
  }

  async #make(spec: ServerSpec, key: KeyRecord, name: string): Promise<Connection> {
    const deps = this.#deps;
    this.#makeRoom(spec);
    const { reach } = spec;
    const account = new Account(deps, key);
    const credential: Credential = async (refused) => {
      if (reach.kind !== 'http' || reach.credential === undefined) return {};
      if (reach.credential.kind === 'connection') return account.headers(reach.credential.name, refused);
      const { header, value } = reach.credential;
      return { [header]: `${header === 'authorization' ? 'Bearer ' : ''}${value.reveal()}` };
    };
    const changed: { now(): void } = { now: () => undefined };
    const upstream = await Upstream.connect(spec, { credential, start: (one) => deps.start(one, key.tenant), version: deps.version }, () =>
      changed.now(),
    ).catch((error: unknown) => {
      // What the protocol's library makes of it says less.
      throw account.problem ?? error;
    });
    const connection = new Connection(spec, key, upstream, {
      pins: this.#pins,
      clock: () => deps.clock(),
      looked: (view) => this.#tell(key.tenant, spec.name, view),
    });
    changed.now = () => connection.changed();
    this.#ready.set(name, connection);
    upstream.over.addEventListener('abort', () => this.#end(name, connection), { once: true });
    return connection;
  }

  #makeRoom(spec: ServerSpec): void {
    const byUse = [...this.#ready].sort(([, one], [, other]) => one.used - other.used);
    const processes = byUse.filter(([, one]) => one.spec.reach.kind === 'stdio');
    const [oldest] = byUse;
    const [first] = processes;
    if (spec.reach.kind === 'stdio' && processes.length >= MAX_PROCESSES && first !== undefined) this.#end(...first);
    else if (byUse.length >= MAX_CONNECTIONS && oldest !== undefined) this.#end(...oldest);
  }

  #end(name: string, connection: Connection): void {
    if (this.#ready.get(name) !== connection) return;
    this.#ready.delete(name);
    this.#open.delete(name);
    void connection.upstream.close();
  }

  #sweep(): void {
    const now = this.#deps.clock();
    for (const [name, one] of this.#ready) if (now - one.used > IDLE_MS) this.#end(name, one);
  }

  #tell(tenant: TenantId, server: string, seen: View | Error): void {
    const failed = seen instanceof Error;
    if (failed) this.#deps.logger.warn('MCP server failed', { tenant, server, reason: reasonOf(seen).slice(0, MAX_REASON) });
    this.#states.set(`${tenant}\n${server}`, {
      state: failed ? 'failed' : 'up',
      checked: this.#deps.clock(),
      problem: failed ? problemOf(seen) : null,
      tools: failed ? 0 : seen.definitions.tools.length,
      leftOut: failed ? [] : seen.problems,
    });
  }
}

/** Public text: our own sentences as they are, nothing of the server's. */
function problemOf(error: Error): string {
  return 'fix' in error ? error.message : 'It could not be reached, or its answer not be read.';
}
