import type { Clock, Logger } from '../kernel/index.ts';
import {
  createAdmission,
  createFairness,
  createLimiter,
  createLoops,
  createPrices,
  DEFAULT_ADMISSION,
  type Admission,
  type Fairness,
  type Limiter,
} from '../limits/index.ts';
import { DEFAULT_IDENTICAL, DEFAULT_MAX_OUTPUT } from '../limits/config.ts';
import { openSpending, type Spending } from '../limits/service.ts';
import type { Budgets } from '../gateway/service.ts';
import type { Providers } from '../providers/service.ts';
import type { Store } from '../store/service.ts';
import type { Config } from './config.ts';

/** Everything that bounds what callers use: rates, tokens, money, and their share of a busy process. */
export type Bounds = {
  readonly limiter: Limiter;
  readonly fairness: Fairness;
  readonly spending: Spending;
  /** Whether somebody who has not proved who he is may make us store something. */
  readonly admission: Admission;
  /** Prices and budgets as the configuration has them now. */
  budgets(): Budgets;
  reload(config: Config): void;
  close(): Promise<void>;
};

export function openBounds(
  config: Config,
  deps: { readonly store: Store; readonly providers: Providers; readonly clock: Clock; readonly logger: Logger },
): Bounds {
  const { store, providers, clock, logger } = deps;
  const limiter = createLimiter();
  const fairness = createFairness();
  const loops = createLoops();
  const spending = openSpending(store, { clock, logger });
  const budgetsOf = ({ limits }: Config): Budgets => ({
    prices: createPrices(limits?.prices ?? []),
    spending,
    loops,
    limiter,
    tenant: { microsPerDay: micros(limits?.usdPerDay), microsPerMonth: micros(limits?.usdPerMonth) },
    maxOutput: limits?.maxOutput ?? DEFAULT_MAX_OUTPUT,
    identicalCalls: limits?.identicalCalls ?? DEFAULT_IDENTICAL,
    attempts: (targets) => providers.attempts(targets),
  });
  // Keys of its own: strangers take no place from those who are known.
  const admission = createAdmission(createLimiter(), () => ({ ...DEFAULT_ADMISSION, ...current.limits?.anonymous }), clock);
  let current = config;
  let budgets = budgetsOf(config);
  return {
    limiter,
    fairness,
    spending,
    budgets: () => budgets,
    admission,
    reload(next) {
      current = next;
      budgets = budgetsOf(next);
    },
    async close() {
      fairness.close();
      await spending.close();
    },
  };
}

/** Millionths of a USD; null = no budget. */
function micros(usd: number | undefined): number | null {
  return usd === undefined ? null : Math.round(usd * 1_000_000);
}
