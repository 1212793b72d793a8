import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { EventId, JsonObject, TenantId } from '../../kernel/index.ts';
import {
  failureOf,
  Judge,
  Ledger,
  refusalOf,
  VerdictMemory,
  type CallFlow,
  type Judgement,
  type PartFacts,
  type Refused,
} from '../../gateway/service.ts';
import { createPlaceholders, type Placeholders, type Scan } from '../../guard/index.ts';
import type { KeyRecord } from '../../identity/service.ts';
import type { KnownTool, McpDeps } from './context.ts';
import type { Proposal } from './proposals.ts';

/** What is kept in memory per tenant. */
type TenantKeys = {
  readonly memory: Buffer;
  readonly placeholder: Buffer;
  readonly feedback: Buffer;
  readonly commitment: KeyObject;
};

/** What the inspections of one process share. */
export class Inspections {
  readonly #deps: McpDeps;
  readonly #memory = new VerdictMemory<Scan>();
  readonly #keys = new Map<TenantId, TenantKeys>();

  constructor(deps: McpDeps) {
    this.#deps = deps;
  }

  /** `flow` says where the arguments come from. */
  async open(key: KeyRecord, operation: string, server: string, tool?: KnownTool, flow?: CallFlow): Promise<Inspection> {
    const deps = this.#deps;
    const keys = this.#keys.get(key.tenant) ?? (await this.#keysOf(key.tenant));
    const guards = deps.guards(key.tenant)?.guards;
    const ledger = new Ledger(deps.content === 'full');
    const judge = new Judge(
      {
        tenant: key.tenant,
        policy: deps.policy(key.tenant),
        guards,
        memory: this.#memory,
        secret: keys.memory,
        corrections: deps.corrections(key.tenant),
        feedbackKey: keys.feedback,
        principal: { id: key.principal, kind: key.principalKind, name: key.name, key: key.id },
        request: {
          endpoint: `/mcp/${server}`,
          api: 'mcp',
          model: '',
          provider: server,
          stream: false,
          tools: true,
          write_tools: tool === undefined || tool.facts.effect !== 'read',
          attachments: 0,
          practice: false,
        },
        enforceAll: false,
        effects: tool === undefined ? {} : { [tool.full]: tool.facts.effect },
        canaries: [],
        ...(flow === undefined ? {} : { flow }),
      },
      ledger,
    );
    const placeholders = createPlaceholders({ key: keys.placeholder, principal: key.principal, shapes: guards?.shapes ?? [] });
    return new Inspection({
      uid: deps.newEventId(),
      key,
      operation,
      server,
      tool,
      judge,
      ledger,
      placeholders,
      guarded: guards !== undefined,
      commit: (text) => createHmac('sha256', keys.commitment).update(text).digest('hex'),
    });
  }

  async #keysOf(tenant: TenantId): Promise<TenantKeys> {
    const keys = await this.#deps.keyring.tenant(tenant);
    const made: TenantKeys = {
      memory: keys.macKey('verdict-memory'),
      placeholder: keys.macKey('placeholder'),
      feedback: keys.macKey('feedback'),
      commitment: createSecretKey(keys.macKey('commitment')),
    };
    this.#keys.set(tenant, made);
    return made;
  }
}

type Parts = {
  readonly uid: EventId;
  readonly key: KeyRecord;
  readonly operation: string;
  readonly server: string;
  readonly tool: KnownTool | undefined;
  readonly judge: Judge;
  readonly ledger: Ledger;
  readonly placeholders: Placeholders;
  readonly guarded: boolean;
  readonly commit: (text: string) => string;
};

/** One request under way: what was found in it and decided about it, until its event is written. */
export class Inspection {
  readonly uid: EventId;
  readonly key: KeyRecord;
  readonly operation: string;
  readonly server: string;
  readonly tool: KnownTool | undefined;
  readonly judge: Judge;
  readonly ledger: Ledger;
  readonly placeholders: Placeholders;
  readonly guarded: boolean;
  readonly commit: (text: string) => string;
  readonly started = performance.now();
  readonly timings: Record<string, number> = {};
  /** Facts that the event names beside the usual ones. */
  readonly detail: Record<string, string | number | boolean> = {};
  /** What a judged reply proposed: the call belongs to that reply and its run. */
  proposal: Proposal | undefined;
  #parts = 0;

  constructor(parts: Parts) {
    this.uid = parts.uid;
    this.key = parts.key;
    this.operation = parts.operation;
    this.server = parts.server;
    this.tool = parts.tool;
    this.judge = parts.judge;
    this.ledger = parts.ledger;
    this.placeholders = parts.placeholders;
    this.guarded = parts.guarded;
    this.commit = parts.commit;
  }

  /** Judges the arguments of a call, as the JSON text that they are. */
  call(name: string, args: JsonObject, text: string): Judgement & { readonly refused: Refused | undefined } {
    const facts = this.#facts('tool_call', 'assistant', 'arguments', text.length);
    const before = this.ledger.failures.length;
    const judged = this.judge.part(facts, text, { args, call: { name, arguments: text }, flow: true });
    return { ...judged, refused: failureOf(this.ledger, before, facts.where) };
  }

  /** Judges what a caller answers a server, as arguments that leave for it; where its values come from is not a call's to say. */
  reply(reply: JsonObject, text: string): Judgement & { readonly refused: Refused | undefined } {
    const facts = this.#facts('tool_call', 'user', 'reply', text.length);
    const before = this.ledger.failures.length;
    const judged = this.judge.part(facts, text, { args: reply });
    return { ...judged, refused: failureOf(this.ledger, before, facts.where) };
  }

  /** Asks the second stage about texts that `text` will judge; undefined without one. */
  prepare(texts: () => readonly string[]): Promise<void> | undefined {
    return this.judge.prepare(() => texts().map((text) => ({ facts: this.#facts('tool_result', 'tool', '', text.length, 0), text })));
  }

  /** Judges text that comes from a server. `refused` when a rule or a failed guard refuses it. */
  text(text: string, where: string): Judgement & { readonly refused: Refused | undefined } {
    const facts = this.#facts('tool_result', 'tool', where, text.length);
    const before = this.ledger.failures.length;
    const judged = this.judge.part(facts, text);
    return { ...judged, refused: refusalOf(judged.verdict, where) ?? failureOf(this.ledger, before, where) };
  }

  /** Judges what is no text by its facts alone. */
  opaque(kind: PartFacts['kind'], media: string, size: number, where: string): Refused | undefined {
    const facts = { ...this.#facts('tool_result', 'tool', where, size), kind, media, scanned: false, source: 'body' as const };
    return refusalOf(this.judge.part(facts, '').verdict, where);
  }

  #facts(point: PartFacts['point'], origin: PartFacts['origin'], where: string, size: number, part = this.#parts++): PartFacts {
    const tool = this.tool === undefined ? {} : { tool: this.tool.full };
    return { part, point, origin, role: origin, kind: 'text', turn: 0, where, size, scanned: true, ...tool };
  }
}
