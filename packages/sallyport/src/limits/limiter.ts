/** What a key, or a tenant, may do. `null` = no limit. */
export type Limits = { readonly requestsPerMinute: number | null; readonly concurrency: number | null };

/** For rate headers: requests a minute, how many could be sent at once now, seconds until all of them are back. */
export type Rate = { readonly limit: number; readonly remaining: number; readonly resetSeconds: number };

/** A permit to go on. `release` gives the concurrency back: once, however often it is called. `rate` where requests are limited. */
export type Permit = { readonly ok: true; readonly rate: Rate | undefined; release(): void };

/** A refusal; nothing was counted. `retryAfterSeconds` is a whole number, at least 1. */
export type Limited = {
  readonly ok: false;
  readonly limit: 'requests' | 'concurrency';
  readonly retryAfterSeconds: number;
  readonly rate: Rate | undefined;
};

export type Acquired = Permit | Limited;

/** One thing that is limited, under a key that is unique among all: `key:…`, `tenant:…`. */
export type Scope = { readonly key: string; readonly limits: Limits };

export type TookTokens =
  | { readonly ok: true; readonly remaining: number; giveBack(tokens: number): void }
  | { readonly ok: false; readonly remaining: number; readonly retryAfterSeconds: number };

export type Limiter = {
  /** One request of `key` at `now` (milliseconds). */
  acquire(key: string, limits: Limits, now: number): Acquired;
  /** One request that counts against two scopes, such as a key and its tenant: both allow it, or neither counts it. */
  acquireBoth(first: Scope, second: Scope, now: number): Acquired;
  /**
   * `tokens` out of a minute's bucket: all of them or none. `giveBack` returns what was not used, once. More tokens than a minute has are
   * never there.
   */
  takeTokens(key: string, perMinute: number, tokens: number, now: number): TookTokens;
  /** Keys that are remembered. */
  size(): number;
};

const MINUTE = 60_000;
/** Keys remembered at once, about 100 bytes each. Far above the keys of an installation; reached only by keys invented by an attacker. */
const CAPACITY = 100_000;
/** Remembered keys that one new key may push on the search for one to forget: bounds the cost of a request. */
const SEARCH = 16;
/** What a caller should wait when another request must end first; nobody knows when it will. */
const CONCURRENCY_RETRY = 1;
const MAX_RETRY = 60;

/** `full` is when the bucket will be full again (the theoretical arrival time of GCRA), in the clock's milliseconds. */
type State = { full: number; inFlight: number };

/**
 * A limiter in this process's memory: a bucket of one minute's requests a key, refilled evenly, as the generic cell rate algorithm
 * (ITU-T I.371) keeps it in one number; and a count of requests in flight. At most `capacity` keys are remembered. A key is only
 * forgotten when that changes nothing (bucket full, nothing in flight); while no such key is found, unknown keys are refused.
 */
export function createLimiter(options: { readonly capacity?: number } = {}): Limiter {
  const capacity = options.capacity ?? CAPACITY;
  const states = new Map<string, State>();

  const stateOf = (key: string, now: number): State | undefined => {
    const known = states.get(key);
    if (known !== undefined) {
      // A bucket owes a minute at most: more means that the clock was set back, which must not lock a key out until it has caught up.
      if (known.full > now + MINUTE) known.full = now + MINUTE;
      return known;
    }
    if (states.size >= capacity && !forgetOne(states, now)) return undefined;
    const fresh: State = { full: 0, inFlight: 0 };
    states.set(key, fresh);
    return fresh;
  };

  return {
    acquire(key, limits, now) {
      if (limits.requestsPerMinute === null && limits.concurrency === null) return UNLIMITED;
      const state = stateOf(key, now);
      if (state === undefined) return FORGETTING_FAILED;
      const refused = refusal(state, limits, now);
      if (refused !== undefined) return refused;
      count(state, limits, now);
      return new Taken(state, undefined, rateOf(state, limits, now));
    },
    acquireBoth(first, second, now) {
      const one = stateOf(first.key, now);
      const two = stateOf(second.key, now);
      if (one === undefined || two === undefined) return FORGETTING_FAILED;
      const refused = refusal(one, first.limits, now) ?? refusal(two, second.limits, now);
      if (refused !== undefined) return refused;
      count(one, first.limits, now);
      count(two, second.limits, now);
      return new Taken(one, two, tighter(rateOf(one, first.limits, now), rateOf(two, second.limits, now)));
    },
    takeTokens(key, perMinute, tokens, now) {
      const state = stateOf(key, now);
      if (state === undefined) return { ok: false, remaining: 0, retryAfterSeconds: 1 };
      const each = MINUTE / perMinute;
      const full = Math.max(state.full, now) + tokens * each;
      const remaining = Math.max(0, Math.floor((now + MINUTE - Math.max(state.full, now)) / each));
      if (full > now + MINUTE + 1e-6) {
        const wait = Math.ceil((full - now - MINUTE) / 1000);
        return { ok: false, remaining, retryAfterSeconds: Math.min(MAX_RETRY, Math.max(1, wait)) };
      }
      state.full = full;
      let open = true;
      return {
        ok: true,
        remaining: Math.max(0, remaining - tokens),
        giveBack(unused) {
          if (open) state.full -= Math.min(unused, tokens) * each;
          open = false;
        },
      };
    },
    size: () => states.size,
  };
}

const UNLIMITED: Permit = Object.freeze({ ok: true, rate: undefined, release() {} });

const FORGETTING_FAILED: Limited = Object.freeze({ ok: false, limit: 'requests', retryAfterSeconds: 1, rate: undefined });

class Taken {
  readonly ok = true;
  readonly rate: Rate | undefined;
  #first: State | undefined;
  #second: State | undefined;

  constructor(first: State, second: State | undefined, rate: Rate | undefined) {
    this.#first = first;
    this.#second = second;
    this.rate = rate;
  }

  release(): void {
    if (this.#first !== undefined) this.#first.inFlight--;
    if (this.#second !== undefined) this.#second.inFlight--;
    this.#first = undefined;
    this.#second = undefined;
  }
}

function refusal(state: State, limits: Limits, now: number): Limited | undefined {
  if (limits.concurrency !== null && state.inFlight >= limits.concurrency) {
    return { ok: false, limit: 'concurrency', retryAfterSeconds: CONCURRENCY_RETRY, rate: rateOf(state, limits, now) };
  }
  if (limits.requestsPerMinute === null) return undefined;
  if (limits.requestsPerMinute <= 0)
    return { ok: false, limit: 'requests', retryAfterSeconds: MAX_RETRY, rate: rateOf(state, limits, now) };
  const over = fullAfter(state, limits.requestsPerMinute, now) - now - MINUTE;
  // Sums of sixtieths leave a rest of some 1e-10 ms: no reason to refuse the last request of the minute.
  if (over <= 1e-6) return undefined;
  const retryAfterSeconds = Math.min(MAX_RETRY, Math.max(1, Math.ceil(over / 1000)));
  return { ok: false, limit: 'requests', retryAfterSeconds, rate: rateOf(state, limits, now) };
}

function count(state: State, limits: Limits, now: number): void {
  state.inFlight++;
  if (limits.requestsPerMinute !== null) state.full = fullAfter(state, limits.requestsPerMinute, now);
}

/** When the bucket is full again if one more request is taken now. */
function fullAfter(state: State, perMinute: number, now: number): number {
  return Math.max(state.full, now) + MINUTE / perMinute;
}

function rateOf(state: State, limits: Limits, now: number): Rate | undefined {
  const limit = limits.requestsPerMinute;
  if (limit === null) return undefined;
  const owed = Math.max(state.full - now, 0);
  return { limit, remaining: Math.max(0, Math.floor(((MINUTE - owed) * limit) / MINUTE + 1e-6)), resetSeconds: Math.ceil(owed / 1000) };
}

function tighter(first: Rate | undefined, second: Rate | undefined): Rate | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return second.remaining < first.remaining ? second : first;
}

/** Moves through the keys in the order in which they were last passed, and forgets the first that owes nothing. */
function forgetOne(states: Map<string, State>, now: number): boolean {
  for (let i = 0; i < SEARCH; i++) {
    const oldest = states.entries().next().value;
    if (oldest === undefined) return true;
    const [key, state] = oldest;
    states.delete(key);
    if (state.inFlight === 0 && state.full <= now) return true;
    states.set(key, state);
  }
  return false;
}
