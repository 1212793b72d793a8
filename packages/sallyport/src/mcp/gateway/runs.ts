import { randomUUID } from 'node:crypto';
import type { KeyRecord } from '../../identity/service.ts';
import type { JsonObject, TenantId } from '../../kernel/index.ts';
import type { Ask } from './asking.ts';
import type { Notice } from './notices.ts';
import type { Outcome } from './perform.ts';

/** How a request goes on: it is done, or its server asks something of the caller. */
export type Step =
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | { readonly kind: 'asks'; readonly run: string; readonly asks: ReadonlyMap<string, Ask> };

/** How long a person may take over an answer. */
const PARKED_MS = 10 * 60_000;
/** Requests that wait for their callers, of one owner and of all. */
const MAX_OF_OWNER = 20;
const MAX_PARKED = 1_000;
/** What a server is told of a request that its caller ends; words of the caller's own would be arguments that no rule has seen. */
const CANCELLED = 'The caller has cancelled it.';

type Pending = {
  readonly ask: Ask;
  readonly shown: boolean;
  readonly resolve: (reply: JsonObject) => void;
  readonly reject: (error: Error) => void;
};

/** One request to a server, over as many rounds as the server has questions for the caller. */
export class Run {
  readonly id = randomUUID();
  readonly owner: string;
  readonly key: KeyRecord;
  /** Shows what the server tells to the client of the present round; between two rounds nobody sees it. */
  tell: ((notice: Notice) => void) | undefined;
  readonly #abort = new AbortController();
  readonly #pending = new Map<string, Pending>();
  #outcome: Promise<Outcome> | undefined;
  #wake: ((asked: undefined) => void) | undefined;
  #asked = 0;

  constructor(owner: string, key: KeyRecord) {
    this.owner = owner;
    this.key = key;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  begin(outcome: Promise<Outcome>): void {
    this.#outcome = outcome;
    // Told by `step`; between two rounds nobody listens.
    outcome.catch(() => undefined);
  }

  /** Asks the caller, in this round or the next one. */
  ask(ask: Ask): Promise<JsonObject> {
    return new Promise((resolve, reject) => {
      this.#pending.set(`ask${++this.#asked}`, { ask, shown: false, resolve, reject });
      this.#wake?.(undefined);
    });
  }

  /** What the caller's client answered, by the names that `step` gave. */
  answer(replies: JsonObject): void {
    for (const [name, { shown, resolve, reject }] of this.#pending) {
      if (!shown) continue;
      this.#pending.delete(name);
      const reply = replies[name];
      if (typeof reply === 'object' && reply !== null && !Array.isArray(reply)) resolve(reply);
      else reject(new Error('the client did not answer'));
    }
  }

  /** Waits for the end or the next question; `signal` is that of the round. */
  async step(signal: AbortSignal): Promise<Step> {
    const gone = (): void => this.#abort.abort(CANCELLED);
    if (signal.aborted) gone();
    signal.addEventListener('abort', gone, { once: true });
    try {
      const asked = new Promise<undefined>((resolve) => {
        // Itself, and no function around it: V8 makes one that is written at a member an old object at once, with all that it reaches.
        this.#wake = resolve;
        if (this.#pending.size > 0) resolve(undefined);
      });
      const outcome = await Promise.race([this.#outcome, asked]);
      if (outcome !== undefined) return { kind: 'done', outcome };
      for (const [name, one] of this.#pending) this.#pending.set(name, { ...one, shown: true });
      return { kind: 'asks', run: this.id, asks: new Map([...this.#pending].map(([name, { ask }]) => [name, ask])) };
    } finally {
      this.#wake = undefined;
      signal.removeEventListener('abort', gone);
    }
  }

  end(): void {
    for (const { reject } of this.#pending.values()) reject(new Error('the client went away'));
    this.#pending.clear();
    this.#abort.abort(CANCELLED);
  }
}

/** Requests whose servers wait for an answer of the caller, each for its owner alone and for a while. */
export class Runs {
  readonly #parked = new Map<string, { readonly run: Run; readonly timer: NodeJS.Timeout }>();

  /** Keeps a run until its caller comes back; the oldest of an owner gives way. */
  park(run: Run): void {
    const own = [...this.#parked.values()].filter((one) => one.run.owner === run.owner);
    const [oldest] = own.length >= MAX_OF_OWNER ? own : this.#parked.size >= MAX_PARKED ? this.#parked.values() : [];
    if (oldest !== undefined) this.#end(oldest.run);
    this.#parked.set(run.id, { run, timer: setTimeout(() => this.#end(run), PARKED_MS).unref() });
  }

  /** Takes a run up again; undefined for anybody but its owner. */
  take(id: string, owner: string): Run | undefined {
    const parked = this.#parked.get(id);
    if (parked === undefined || parked.run.owner !== owner) return undefined;
    clearTimeout(parked.timer);
    this.#parked.delete(id);
    return parked.run;
  }

  /** Ends the runs of whoever proved himself by a handle that is revoked now. */
  revoke(tenant: TenantId, handle: string): void {
    for (const { run } of this.#parked.values()) if (run.key.tenant === tenant && run.key.handles.includes(handle)) this.#end(run);
  }

  close(): void {
    for (const { run } of this.#parked.values()) this.#end(run);
  }

  #end(run: Run): void {
    const parked = this.#parked.get(run.id);
    if (parked === undefined) return;
    clearTimeout(parked.timer);
    this.#parked.delete(run.id);
    run.end();
  }
}
