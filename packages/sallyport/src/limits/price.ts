import { createHash } from 'node:crypto';
import { matchesGlob } from '../kernel/index.ts';
import { PRICE_LIST } from './prices.generated.ts';

/** What one model costs, in millionths of a USD for a token (the same number as USD for a million tokens), and its bounds in tokens. */
export type Price = {
  readonly input: number;
  readonly output: number;
  /** For input that the provider read from its cache. */
  readonly cached?: number;
  /** The most that any tier asks: long contexts, priority, writing to a cache. */
  readonly most?: { readonly input: number; readonly output: number };
  readonly context: number;
  readonly maxOutput: number;
};

/** A price as an operator writes it: the first pattern that fits counts. */
export type OwnPrice = {
  readonly model: string;
  readonly input: number;
  readonly output: number;
  readonly context?: number | undefined;
  readonly maxOutput?: number | undefined;
};

export type Prices = {
  /** By the name of the model at its provider. */
  find(model: string): Price | undefined;
};

/** Bounds of a model that its operator gave none for. */
const CONTEXT = 200_000;
const MAX_OUTPUT = 32_768;
/** Names that are remembered; clients choose names, so the memory is bounded. */
const REMEMBERED = 1_000;
/** A dated or `latest` version costs what its model costs. */
const VERSION = /-(?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$/;

let shipped: ReadonlyMap<string, Price> | undefined;

/** The list that ships, checked against its hash when it is read. Throws when it is not the pinned one. */
export function shippedPrices(): ReadonlyMap<string, Price> {
  if (shipped !== undefined) return shipped;
  if (createHash('sha256').update(PRICE_LIST.models).digest('hex') !== PRICE_LIST.sha256)
    throw new Error('the prices are not the pinned ones');
  const rows = PRICE_LIST.models.split('\n').map((row) => JSON.parse(row) as Price & { readonly model: string });
  shipped = new Map(rows.map((row) => [row.model, row]));
  return shipped;
}

/** Looks prices up: the operator's first, then the list that ships. */
export function createPrices(own: readonly OwnPrice[]): Prices {
  const written = own.map((entry) => ({
    model: entry.model,
    price: { input: entry.input, output: entry.output, context: entry.context ?? CONTEXT, maxOutput: entry.maxOutput ?? MAX_OUTPUT },
  }));
  const remembered = new Map<string, Price | undefined>();

  function search(model: string): Price | undefined {
    const mine = written.find((entry) => matchesGlob(entry.model, model));
    if (mine !== undefined) return mine.price;
    const bare = model.slice(model.lastIndexOf('/') + 1);
    return shippedPrices().get(bare) ?? shippedPrices().get(bare.replace(VERSION, ''));
  }

  return {
    find(model) {
      if (remembered.has(model)) return remembered.get(model);
      const price = search(model);
      if (remembered.size >= REMEMBERED) remembered.clear();
      remembered.set(model, price);
      return price;
    },
  };
}
