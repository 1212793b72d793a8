import { Bag } from '../kernel/index.ts';
import type { KeyRecord } from '../identity/service.ts';

/** What ends an exchange from outside: the client leaves, what it proved itself by is revoked. */
export type Stop = (reason: 'client_gone' | 'revoked') => void;

/** Handles of nothing that is under way which may stand about before they are looked for. */
const FEW_HANDLES = 1_024;

/** Requests under way, by everything whose revocation ends them. A handle stays for a while when its last request is over: see `Bag`. */
export class Running {
  readonly #byHandle = new Map<string, Bag<() => void>>();
  #most = FEW_HANDLES;

  /** Calls `stop` when one of the key's handles is revoked; answers how to stop listening. */
  watch(key: KeyRecord, stop: () => void): () => void {
    const outs = namesOf(key).map((name) => this.#bagOf(name).add(stop));
    return () => {
      for (const out of outs) out();
    };
  }

  stop(tenant: string, handle: string): void {
    for (const stop of this.#byHandle.get(nameOf(tenant, handle))?.values() ?? []) stop();
  }

  #bagOf(name: string): Bag<() => void> {
    let bag = this.#byHandle.get(name);
    if (bag !== undefined) return bag;
    if (this.#byHandle.size >= this.#most) {
      for (const [idle, { size }] of this.#byHandle) if (size === 0) this.#byHandle.delete(idle);
      this.#most = Math.max(FEW_HANDLES, 2 * this.#byHandle.size);
    }
    this.#byHandle.set(name, (bag = new Bag()));
    return bag;
  }
}

/** Under which a key is watched: made once for each, a key makes many requests. */
const known = new WeakMap<KeyRecord, readonly string[]>();

function namesOf(key: KeyRecord): readonly string[] {
  const made = known.get(key) ?? key.handles.map((handle) => nameOf(key.tenant, handle));
  known.set(key, made);
  return made;
}

const nameOf = (tenant: string, handle: string): string => `${tenant}\n${handle}`;
