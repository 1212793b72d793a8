import type { KeyRecord } from '../identity/service.ts';

/** What ends an exchange from outside: the client leaves, what it proved itself by is revoked. */
export type Stop = (reason: 'client_gone' | 'revoked') => void;

type Watched = { readonly list: Watched[]; readonly stop: () => void; at: number };

/** Empty lists that may stand about before the first are looked for. */
const FEW_LISTS = 1_024;

/**
 * Requests under way, by everything whose revocation ends them. In lists, and no sets that shrink and grow with each request: the table that V8 throws
 * away when it makes a set's next one still refers to it and to what it held, so that once a full collection has made one of them old, all requests
 * that follow become old objects too. For the same reason an empty list is not taken out at once.
 */
export class Running {
  readonly #byHandle = new Map<string, Watched[]>();
  #most = FEW_LISTS;

  /** Calls `stop` when one of the key's handles is revoked; answers how to stop listening. */
  watch(key: KeyRecord, stop: () => void): () => void {
    const all = namesOf(key).map((name) => {
      const list = this.#listOf(name);
      const watched = { list, stop, at: list.length };
      list.push(watched);
      return watched;
    });
    return () => all.forEach(forget);
  }

  stop(tenant: string, handle: string): void {
    // A copy: each one that stops takes itself out of the list.
    for (const { stop } of [...(this.#byHandle.get(nameOf(tenant, handle)) ?? [])]) stop();
  }

  #listOf(name: string): Watched[] {
    let list = this.#byHandle.get(name);
    if (list !== undefined) return list;
    if (this.#byHandle.size >= this.#most) {
      for (const [empty, { length }] of this.#byHandle) if (length === 0) this.#byHandle.delete(empty);
      this.#most = Math.max(FEW_LISTS, 2 * this.#byHandle.size);
    }
    this.#byHandle.set(name, (list = []));
    return list;
  }
}

/** The last one takes its place; who is out already stays out. */
function forget(watched: Watched): void {
  const { list, at } = watched;
  if (list[at] !== watched) return;
  const last = list.pop() as Watched;
  if (last === watched) return;
  list[at] = last;
  last.at = at;
}

/** Under which a key is watched: made once for each, a key makes many requests. */
const known = new WeakMap<KeyRecord, readonly string[]>();

function namesOf(key: KeyRecord): readonly string[] {
  const made = known.get(key) ?? key.handles.map((handle) => nameOf(key.tenant, handle));
  known.set(key, made);
  return made;
}

const nameOf = (tenant: string, handle: string): string => `${tenant}\n${handle}`;
