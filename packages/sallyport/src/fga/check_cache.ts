import type { Place } from './port.ts';
import type { BatchItem } from './tuple.ts';

/** Answers kept per store; the oldest leaves. */
const MAX_ANSWERS = 100_000;
/** For how long an answer is believed at most, in case that the announcement of a change is lost. */
const MAX_AGE_MS = 10_000;
/** Longer questions are not worth their room. */
const MAX_KEY = 1_000;

type Kept = { readonly answers: Map<string, { readonly allowed: boolean; readonly until: number }>; epoch: number };

/**
 * Answers to checks that asked for MINIMIZE_LATENCY. Each change of a store's tuples empties its part. An answer that was being found while
 * the store changed is not kept: `at` notes the epoch before the question is asked.
 */
export class CheckCache {
  readonly #stores = new Map<string, Kept>();
  #epoch = 0;

  /** What is kept for a store and a model, as of now. */
  at({ tenant, store }: Place, model: string): { get(item: BatchItem): boolean | undefined; set(item: BatchItem, allowed: boolean): void } {
    const key = `${tenant} ${store}`;
    let kept = this.#stores.get(key);
    if (kept === undefined) this.#stores.set(key, (kept = { answers: new Map(), epoch: 0 }));
    const { answers, epoch } = kept;
    const all = this.#epoch;
    const own = kept;
    return {
      get: (item) => {
        const found = answers.get(keyOf(model, item));
        return found === undefined || found.until < Date.now() ? undefined : found.allowed;
      },
      set: (item, allowed) => {
        const text = keyOf(model, item);
        if (own.epoch !== epoch || this.#epoch !== all || text.length > MAX_KEY) return;
        if (answers.size >= MAX_ANSWERS) answers.delete(answers.keys().next().value ?? '');
        answers.set(text, { allowed, until: Date.now() + MAX_AGE_MS });
      },
    };
  }

  /** The tuples of a store changed; without a place, any may have. */
  changed(place: Place | undefined): void {
    if (place === undefined) {
      this.#epoch++;
      this.#stores.clear();
      return;
    }
    const kept = this.#stores.get(`${place.tenant} ${place.store}`);
    if (kept === undefined) return;
    kept.epoch++;
    kept.answers.clear();
  }
}

function keyOf(model: string, { key, contextual, context }: BatchItem): string {
  const plain = `${model} ${key.object}#${key.relation}@${key.user}`;
  if (contextual.length === 0 && Object.keys(context).length === 0) return plain;
  return `${plain} ${JSON.stringify([contextual, context])}`;
}
