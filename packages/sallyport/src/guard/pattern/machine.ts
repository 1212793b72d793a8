import { Alphabet } from './alphabet.ts';
import type { Automaton, Position } from './automaton.ts';
import { DRAIN, NO_ACCEPTS, type Accept, type State } from './state.ts';

/** States kept at once (about 1 KB each). Past it all are dropped and made anew as needed, so memory is bounded whatever text comes. */
const MAX_STATES = 4096;

/** Sets that left edges name: each is one bit of a state. */
const MAX_LEFT_SETS = 30;

const ALL = 0x3fff_ffff;

type Context = { readonly mayBeIn: number; readonly mayBeOut: number };

/** States by hash; those of one hash are chained. */
type Cache = { readonly states: Map<number, State>; size: number; readonly joins: Map<string, State>; root: State | undefined };

/**
 * The automaton run as a deterministic machine whose states are made when text first needs them (Thompson 1968; RE2 does the same).
 * Shared by all channels; a step that was taken before is one array read.
 */
export class Machine {
  readonly alphabet: Alphabet;
  readonly #automaton: Automaton;
  /** Set number -> its bit in a state's context. */
  readonly #leftBits = new Map<number, number>();
  /** Class -> the start positions that its characters can take. */
  readonly #startersOf: (readonly number[] | undefined)[] = [];
  /** Class -> what a character of it is to a match that begins after it. */
  readonly #contexts: (Context | undefined)[] = [];
  #cache = newCache();
  #nextId = 0;
  /** Position -> depth of its thread in the state that is being made; 0 = none. */
  readonly #depths: Int32Array;
  readonly #touched: number[] = [];
  readonly #live: number[] = [];

  constructor(automaton: Automaton) {
    this.#automaton = automaton;
    this.alphabet = new Alphabet(automaton.sets);
    this.#depths = new Int32Array(automaton.positions.length);
    for (const { left } of automaton.edges) if (left >= 0 && !this.#leftBits.has(left)) this.#leftBits.set(left, 1 << this.#leftBits.size);
    if (this.#leftBits.size > MAX_LEFT_SETS) throw new RangeError(`more than ${MAX_LEFT_SETS} different left edges`);
  }

  /** The state at the start of a text: nothing before it. */
  get root(): State {
    this.#cache.root ??= this.#intern(NO_ACCEPTS, { mayBeIn: 0, mayBeOut: ALL });
    return this.#cache.root;
  }

  /** The same state in the cache of now. */
  adopt(state: State): State {
    if (state.cache === this.#cache) return state;
    this.#load(state, 0);
    return this.#intern(state.accepts, state);
  }

  /** Takes the step of a class for the first time, and remembers it. */
  step(state: State, characterClass: number): State {
    const members = this.#members(characterClass);
    if (state.waits) state.late[characterClass] = this.#late(state, members);
    const drains = this.#advance(state, members);
    this.#begin(state, characterClass);
    const next = this.#intern(drains, this.#contextAfter(characterClass));
    if (state.cache === this.#cache) state.next[characterClass] = next;
    return next;
  }

  /** Matches that end where the text ends. */
  atEnd(state: State): readonly Accept[] {
    return this.#late(state, undefined);
  }

  /**
   * Both readings of a text at once: the threads of `a`, and those of `b` (another reading of the same characters), deeper by the
   * steps that each reading left out. The matches of neither: they were taken when they ended.
   */
  join(a: State, deeperA: number, b: State, deeperB: number): State {
    const key = `${a.id}+${deeperA}:${b.id}+${deeperB}`;
    const known = this.#cache.joins.get(key);
    if (known !== undefined) return known;
    this.#load(a, deeperA);
    this.#load(b, deeperB);
    const context = { mayBeIn: a.mayBeIn | b.mayBeIn, mayBeOut: a.mayBeOut | b.mayBeOut };
    const joined = this.#intern(NO_ACCEPTS, context);
    if (this.#cache.joins.size >= MAX_STATES) this.#cache.joins.clear();
    if (a.cache === this.#cache && b.cache === this.#cache) this.#cache.joins.set(key, joined);
    return joined;
  }

  /** A combining mark came: the letter before it is no ASCII letter any more, so a match may begin after it. */
  marked(state: State): State {
    if (state.mayBeOut === ALL && state.accepts.length === 0) return state;
    this.#load(state, 0);
    return this.#intern(NO_ACCEPTS, { mayBeIn: state.mayBeIn, mayBeOut: ALL });
  }

  #late(state: State, members: Uint8Array | undefined): readonly Accept[] {
    const out: Accept[] = [];
    for (let i = 0; i < state.threads.length; i += 2) {
      const position = this.#position(state.threads[i] ?? 0);
      if (!position.accepts) continue;
      const right = this.#automaton.edges[position.rule]?.right ?? -1;
      if (right >= 0 && members?.[right] !== 1) out.push({ rule: position.rule, depth: state.threads[i + 1] ?? 0, drain: false });
    }
    return out;
  }

  /** Moves the threads on; gives the matches that are beyond their maximum. */
  #advance(state: State, members: Uint8Array): readonly Accept[] {
    let drains = NO_ACCEPTS;
    for (let i = 0; i < state.threads.length; i += 2) {
      const depth = state.threads[i + 1] ?? 0;
      for (const target of this.#position(state.threads[i] ?? 0).follow) {
        const position = this.#position(target);
        if (members[position.set] !== 1) continue;
        const deeper = depth === DRAIN ? DRAIN : depth + 1;
        if (position.drain) drains = [...drains, { rule: position.rule, depth: deeper, drain: true }];
        this.#put(target, position.drain ? DRAIN : deeper);
      }
    }
    return drains;
  }

  #begin(state: State, characterClass: number): void {
    const members = this.#members(characterClass);
    this.#startersOf[characterClass] ??= this.#automaton.starts.filter((start) => members[this.#position(start).set] === 1);
    for (const start of this.#startersOf[characterClass] ?? []) {
      const edges = this.#automaton.edges[this.#position(start).rule];
      if (edges === undefined || edges.left < 0 || this.#mayBegin(state, edges, members)) this.#put(start, 1);
    }
  }

  /** `\b`: exactly one of the character before and the first one is a word character. `(?<!class)`: the one before is not in it. */
  #mayBegin(state: State, edges: { left: number; word: boolean }, members: Uint8Array): boolean {
    const bit = this.#leftBits.get(edges.left) ?? 0;
    const wantsIn = edges.word && members[edges.left] !== 1;
    return ((wantsIn ? state.mayBeIn : state.mayBeOut) & bit) !== 0;
  }

  #contextAfter(characterClass: number): Context {
    const known = this.#contexts[characterClass];
    if (known !== undefined) return known;
    const members = this.#members(characterClass);
    let mayBeIn = 0;
    for (const [set, bit] of this.#leftBits) if (members[set] === 1) mayBeIn |= bit;
    return (this.#contexts[characterClass] = { mayBeIn, mayBeOut: ALL & ~mayBeIn });
  }

  #put(at: number, depth: number): void {
    const known = this.#depths[at] ?? 0;
    if (known === 0) this.#touched.push(at);
    if (known === 0 || (known !== DRAIN && depth > known)) this.#depths[at] = depth;
  }

  #load(state: State, deeper: number): void {
    for (let i = 0; i < state.threads.length; i += 2) {
      const depth = state.threads[i + 1] ?? 0;
      this.#put(state.threads[i] ?? 0, depth === DRAIN ? DRAIN : depth + deeper);
    }
  }

  /** Makes a state of the threads that were put, or finds the one that is the same. */
  #intern(found: readonly Accept[], context: Context): State {
    const draft = this.#settle(found);
    const { threads, accepts } = draft;
    const hash = hashOf(threads, accepts, context);
    const first = this.#cache.states.get(hash);
    for (let state = first; state !== undefined; state = state.sibling) {
      if (isSame(state, threads, accepts, context)) return state;
    }
    const state = this.#newState(draft, context, first);
    this.#cache.states.set(hash, state);
    this.#cache.size++;
    return state;
  }

  #newState({ threads, accepts, depth, draining, waits }: Draft, { mayBeIn, mayBeOut }: Context, first: State | undefined): State {
    const isFull = this.#cache.size >= MAX_STATES;
    if (isFull) this.#cache = newCache();
    const sibling = isFull ? undefined : first;
    const own = threads.slice();
    return {
      id: this.#nextId++,
      cache: this.#cache,
      threads: own,
      depth,
      draining,
      accepts,
      waits,
      mayBeIn,
      mayBeOut,
      next: [],
      late: [],
      sibling,
    };
  }

  /** Sorts the threads, takes the matches that end now, and lets go of threads that can do nothing more. */
  #settle(found: readonly Accept[]): Draft {
    const live = this.#live;
    live.length = 0;
    let accepts = found;
    let deepest = 0;
    let draining = false;
    let waiting = false;
    for (const at of sorted(this.#touched)) {
      const depth = this.#depths[at] ?? 0;
      this.#depths[at] = 0;
      const position = this.#position(at);
      const waits = position.accepts && (this.#automaton.edges[position.rule]?.right ?? -1) >= 0;
      if (position.accepts && !waits) accepts = [...accepts, { rule: position.rule, depth, drain: false }];
      if (!waits && position.follow.length === 0) continue;
      live.push(at, depth);
      waiting ||= waits;
      draining ||= depth === DRAIN;
      if (depth > deepest) deepest = depth;
    }
    this.#touched.length = 0;
    return { threads: live, accepts, depth: deepest, draining, waits: waiting };
  }

  #members(characterClass: number): Uint8Array {
    return this.alphabet.members[characterClass] as Uint8Array;
  }

  #position(at: number): Position {
    return this.#automaton.positions[at] as Position;
  }
}

/** What a new state would be; `threads` is reused for the next one. */
type Draft = Pick<State, 'threads' | 'accepts' | 'depth' | 'draining' | 'waits'>;

function newCache(): Cache {
  return { states: new Map(), size: 0, joins: new Map(), root: undefined };
}

/** Few numbers, almost in order: positions are followed by later ones. */
function sorted(numbers: number[]): readonly number[] {
  if (numbers.length > 64) return numbers.sort((a, b) => a - b);
  for (let i = 1; i < numbers.length; i++) {
    const moved = numbers[i] ?? 0;
    let at = i;
    for (; at > 0 && (numbers[at - 1] ?? 0) > moved; at--) numbers[at] = numbers[at - 1] ?? 0;
    numbers[at] = moved;
  }
  return numbers;
}

function hashOf(threads: readonly number[], accepts: readonly Accept[], context: Context): number {
  let hash = mix(mix(0, context.mayBeIn), context.mayBeOut);
  for (const number of threads) hash = mix(hash, number);
  for (const { rule, depth } of accepts) hash = mix(mix(hash, rule), depth);
  return hash;
}

/** One round of MurmurHash3's mixing; it only spreads, equality is compared. */
function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ Math.imul(value, 0xcc9e_2d51), 0x1b87_3593);
  return mixed ^ (mixed >>> 15);
}

function isSame(state: State, threads: readonly number[], accepts: readonly Accept[], context: Context): boolean {
  if (state.mayBeIn !== context.mayBeIn || state.mayBeOut !== context.mayBeOut) return false;
  if (state.threads.length !== threads.length || state.accepts.length !== accepts.length) return false;
  for (let i = 0; i < threads.length; i++) if (state.threads[i] !== threads[i]) return false;
  return accepts.every((accept, i) => isSameAccept(accept, state.accepts[i]));
}

function isSameAccept(a: Accept, b: Accept | undefined): boolean {
  return a.rule === b?.rule && a.depth === b.depth && a.drain === b.drain;
}
