import type { Turn } from './conversation.ts';

type Kept = { readonly turns: readonly Turn[]; readonly size: number; keys: readonly string[] };

/** Characters of all conversations together. */
const MAX_CHARACTERS = 16_000_000;
/** A shorter id may be one of many (`call_1`); those of providers are random and longer. */
const MIN_ID = 16;
/** Of a conversation the last calls are enough to know it again. */
const MAX_CALLS = 64;

/**
 * Conversations as they were judged, so that a history that is shortened, or kept by the provider, still tells where a value comes from. Known
 * again by the ids of responses and of calls, and only by the one who had it: nobody else can name the ids, and texts that many requests share
 * join nothing. In memory alone: what is forgotten counts as unknown.
 */
export class ConversationMemory {
  readonly #byKey = new Map<string, Kept>();
  /** Oldest first. */
  readonly #all = new Set<Kept>();
  #size = 0;

  /**
   * The turns with those in front that they lack. `history`: ids under which the provider keeps what came before; undefined when there are some
   * and none is known.
   */
  recall(owner: string, turns: readonly Turn[], history: readonly string[]): readonly Turn[] | undefined {
    const kept = this.#find(owner, history.length > 0 ? history : callsOf(turns));
    if (kept === undefined) return history.length > 0 ? undefined : turns;
    const present = new Set(turns.map(identity));
    const missing = kept.turns.filter((turn) => !present.has(identity(turn)));
    return missing.length === 0 ? turns : [...missing.map((turn) => ({ ...turn, message: -1 })), ...turns];
  }

  /** Keeps a conversation under the ids of its calls and under `history`; what it goes on from is replaced. */
  remember(owner: string, turns: readonly Turn[], history: readonly string[]): void {
    const names = [...history, ...callsOf(turns)].filter((name) => name !== '');
    if (names.length === 0) return;
    const before = this.#find(owner, names);
    if (before !== undefined) this.#drop(before);
    const size = turns.reduce((sum, turn) => sum + (turn.role === 'call' ? turn.arguments.length : turn.text.length), 0);
    if (size > MAX_CHARACTERS / 4) return;
    const kept = { turns, size, keys: names.map((name) => keyOf(owner, name)) };
    for (const key of kept.keys) this.#byKey.set(key, kept);
    this.#all.add(kept);
    this.#size += size;
    for (const oldest of this.#all) {
      if (this.#size <= MAX_CHARACTERS) break;
      this.#drop(oldest);
    }
  }

  #find(owner: string, names: readonly string[]): Kept | undefined {
    for (const name of names) {
      const kept = this.#byKey.get(keyOf(owner, name));
      if (kept !== undefined) return kept;
    }
    return undefined;
  }

  #drop(kept: Kept): void {
    for (const key of kept.keys) if (this.#byKey.get(key) === kept) this.#byKey.delete(key);
    this.#all.delete(kept);
    this.#size -= kept.size;
  }
}

function keyOf(owner: string, name: string): string {
  return `${owner}\n${name}`;
}

function callsOf(turns: readonly Turn[]): string[] {
  const calls = turns.flatMap((turn) => ((turn.role === 'tool' || turn.role === 'call') && turn.call.length >= MIN_ID ? [turn.call] : []));
  return [...new Set(calls)].slice(-MAX_CALLS).toReversed();
}

function identity(turn: Turn): string {
  return turn.role === 'tool' || turn.role === 'call' ? `${turn.role} ${turn.call}` : `${turn.role} ${turn.text}`;
}
