import { createHash } from 'node:crypto';
import { canonicalJson, isObject, readJsonText, type Clock, type Json, type PrincipalId, type TenantId } from '../../kernel/index.ts';
import type { ProposedCall } from '../../gateway/service.ts';
import { namesOf } from './name.ts';

/** How long a call that a model proposed may take to come: people look at calls before they let their client make them. */
const KEPT_MS = 10 * 60_000;
/** Proposals kept at once, each some hundred bytes beside its values; then the oldest go. */
const MAX_KEPT = 20_000;

/** What is known of a call that a judged reply proposed. */
export type Proposal = Pick<ProposedCall, 'approved' | 'flow' | 'event' | 'conversation'>;

/** Who makes a call, of what. */
export type Made = {
  readonly tenant: TenantId;
  readonly principal: PrincipalId;
  readonly server: string;
  readonly tool: string;
  readonly arguments: Json;
};

type Kept = Proposal & { readonly until: number };

/**
 * The calls that models of this process proposed lately, by principal, name and hash of the arguments: what joins a `tools/call` with the
 * conversation that it comes from. Each proposal is good for one call.
 */
export class Proposals {
  readonly #kept = new Map<string, Kept[]>();
  readonly #clock: Clock;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add({ tenant, principal, name, arguments: text, ...proposal }: ProposedCall): void {
    const read = readJsonText(text.trim() === '' ? '{}' : text);
    const hash = read.ok && isObject(read.value) ? hashOf(read.value) : undefined;
    if (hash === undefined) return;
    this.#forget();
    const key = keyOf(tenant, principal, name, hash);
    const kept = this.#kept.get(key) ?? [];
    kept.push({ ...proposal, until: this.#clock() + KEPT_MS });
    // Put in again, so that the map's order is that of age.
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    this.#count++;
  }

  /** The proposal behind a call, if there is one. It stays until `use`: a call that waits for a person comes again. */
  find(made: Made): { readonly proposal: Proposal; use(): void } | undefined {
    if (this.#count === 0) return undefined;
    const hash = hashOf(made.arguments);
    if (hash === undefined) return undefined;
    const now = this.#clock();
    for (const name of namesOf(made.server, made.tool)) {
      const key = keyOf(made.tenant, made.principal, name, hash);
      const kept = this.#kept.get(key);
      const proposal = kept?.find((one) => one.until > now);
      if (kept !== undefined && proposal !== undefined) return { proposal, use: () => this.#drop(key, kept, proposal) };
    }
    return undefined;
  }

  #drop(key: string, kept: Kept[], proposal: Kept): void {
    const at = kept.indexOf(proposal);
    if (at < 0) return;
    kept.splice(at, 1);
    this.#count--;
    if (kept.length === 0) this.#kept.delete(key);
  }

  #forget(): void {
    const now = this.#clock();
    for (const [key, kept] of this.#kept) {
      const old = kept.every((one) => one.until <= now);
      if (!old && this.#count < MAX_KEPT) return;
      this.#kept.delete(key);
      this.#count -= kept.length;
    }
  }
}

function keyOf(tenant: TenantId, principal: PrincipalId, name: string, hash: string): string {
  return `${tenant}\n${principal}\n${hash}\n${name}`;
}

/** SHA-256 of the arguments as canonical JSON (RFC 8785); undefined for what no JSON can hold. */
function hashOf(value: Json): string | undefined {
  try {
    return createHash('sha256').update(canonicalJson(value)).digest('base64url');
  } catch {
    return undefined;
  }
}
