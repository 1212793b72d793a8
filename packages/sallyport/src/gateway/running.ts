import type { KeyRecord } from '../identity/service.ts';

/** What ends an exchange from outside: the client leaves, what it proved itself by is revoked. */
export type Stop = (reason: 'client_gone' | 'revoked') => void;

/** Requests under way, by everything whose revocation ends them. */
export class Running {
  readonly #byHandle = new Map<string, Set<() => void>>();

  /** Calls `stop` when one of the key's handles is revoked; answers how to stop listening. */
  watch(key: KeyRecord, stop: () => void): () => void {
    const names = namesOf(key);
    for (const name of names) {
      const stops = this.#byHandle.get(name);
      if (stops === undefined) this.#byHandle.set(name, new Set([stop]));
      else stops.add(stop);
    }
    return () => {
      for (const name of names) {
        const stops = this.#byHandle.get(name);
        stops?.delete(stop);
        if (stops?.size === 0) this.#byHandle.delete(name);
      }
    };
  }

  stop(tenant: string, handle: string): void {
    // A copy: each one that stops takes itself out of the set.
    for (const stop of [...(this.#byHandle.get(nameOf(tenant, handle)) ?? [])]) stop();
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
