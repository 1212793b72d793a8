import { reasonOf, type Clock, type Logger, type TenantId } from '../kernel/index.ts';
import type { Store } from '../store/service.ts';
import { giveBack, spentOf, takeOut, type Cap } from './store.ts';

/** Whose budget, and how much of it for a day and for a month, in millionths of a USD; null = none. */
export type Budget = { readonly scope: string; readonly microsPerDay: number | null; readonly microsPerMonth: number | null };

/** An amount set aside. `settle` with what it really was, once; what is above the amount is counted as well. */
export type Reserved = { readonly ok: true; settle(micros: number): void };

/** Nothing was set aside: which budget is used up, and the seconds until its next day or month begins. */
export type Exhausted = { readonly ok: false; readonly scope: string; readonly per: 'day' | 'month'; readonly retryAfterSeconds: number };

export type Spent = { readonly day: number; readonly month: number };

export type Spending = {
  /**
   * Sets `micros` aside from every budget, or from none. At once from memory as long as this process has enough taken out;
   * otherwise after asking the database. Rejects when that cannot be asked: who has a budget spends nothing then.
   */
  reserve(tenant: TenantId, budgets: readonly Budget[], micros: number): Reserved | Promise<Reserved | Exhausted>;
  /** Millionths of a USD spent today and this month by each scope of a tenant; amounts set aside count as spent. */
  spent(tenant: TenantId): Promise<ReadonlyMap<string, Spent>>;
  /** Gives back what is not in use. */
  close(): Promise<void>;
};

/** A process takes out this share of a budget at a time: what a crash can lose, and how seldom the database is asked. */
const SHARE = 1 / 50;
/** Leases that nobody used for so long go back, so that other processes can spend them. */
const IDLE_MS = 30_000;
const NONE: Reserved = { ok: true, settle() {} };

type Lease = { readonly tenant: TenantId; cap: Cap; available: number; open: number; used: number };

/**
 * Budgets, exact over all processes: each takes a little out of the database's account and spends it from memory. What is taken out
 * counts as spent there, so a crash loses at most a fiftieth of a budget and never allows more than it.
 */
export function openSpending(store: Store, deps: { readonly clock: Clock; readonly logger: Logger }): Spending {
  const { clock, logger } = deps;
  const leases = new Map<string, Lease>();
  let asking: Promise<void> = Promise.resolve();
  let returning: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    returning = sweep();
  }, IDLE_MS);
  timer.unref();

  function leaseOf(tenant: TenantId, cap: Cap): Lease {
    const key = `${tenant} ${cap.scope} ${cap.period}`;
    let lease = leases.get(key);
    if (lease === undefined) leases.set(key, (lease = { tenant, cap, available: 0, open: 0, used: 0 }));
    // The budget may have changed since: what was taken out stays good.
    lease.cap = cap;
    lease.used = clock();
    return lease;
  }

  function setAside(held: readonly Lease[], micros: number): Reserved | undefined {
    for (const lease of held) if (lease.available < micros) return undefined;
    for (const lease of held) {
      lease.available -= micros;
      lease.open++;
    }
    let open = true;
    return {
      ok: true,
      settle(actual) {
        if (!open) return;
        open = false;
        for (const lease of held) {
          lease.available += micros - actual;
          lease.open--;
        }
      },
    };
  }

  async function ask(held: readonly Lease[], micros: number): Promise<Reserved | Exhausted> {
    // One after another: who waited may find that the one before took out enough for both.
    const before = asking;
    let done: () => void = () => {};
    asking = new Promise((resolve) => (done = resolve));
    try {
      await before;
      const enough = setAside(held, micros);
      if (enough !== undefined) return enough;
      for (const lease of held) {
        if (lease.available >= micros) continue;
        const want = Math.max(micros - lease.available, Math.ceil(lease.cap.micros * SHARE));
        // Awaited first: others spend from the lease meanwhile, and `+=` would read it before.
        const taken = await store.tx(lease.tenant, (sql) => takeOut(sql, lease.tenant, lease.cap, want));
        lease.available += taken;
        if (lease.available < micros) return exhausted(lease.cap, clock());
      }
      return setAside(held, micros) ?? exhausted((held[0] as Lease).cap, clock());
    } finally {
      done();
    }
  }

  /** What is idle goes back; leases of days that are over are forgotten. */
  async function sweep(all = false): Promise<void> {
    const now = clock();
    for (const [key, lease] of leases) {
      const over = lease.cap.period !== periodOf(now, lease.cap.period.length === 10 ? 'day' : 'month');
      if (lease.open > 0 || (!all && !over && now - lease.used < IDLE_MS)) continue;
      const rest = lease.available;
      lease.available = 0;
      leases.delete(key);
      if (rest === 0) continue;
      try {
        await store.tx(lease.tenant, (sql) => giveBack(sql, lease.cap, rest));
      } catch (error) {
        logger.warn('unspent budget not given back', { scope: lease.cap.scope, reason: reasonOf(error) });
      }
    }
  }

  return {
    reserve(tenant, budgets, micros) {
      const now = clock();
      const held = budgets.flatMap((budget) => capsOf(budget, now)).map((cap) => leaseOf(tenant, cap));
      if (held.length === 0) return NONE;
      return setAside(held, micros) ?? ask(held, micros);
    },
    async spent(tenant) {
      const day = periodOf(clock(), 'day');
      const month = periodOf(clock(), 'month');
      const found = await store.tx(tenant, (sql) => spentOf(sql, [day, month]));
      const out = new Map<string, Spent>();
      for (const key of found.keys()) {
        const scope = key.slice(0, key.lastIndexOf(' '));
        const of = (period: string): number =>
          Math.max(0, (found.get(`${scope} ${period}`) ?? 0) - (leases.get(`${tenant} ${scope} ${period}`)?.available ?? 0));
        out.set(scope, { day: of(day), month: of(month) });
      }
      return out;
    },
    async close() {
      clearInterval(timer);
      await returning;
      await asking;
      await sweep(true);
    },
  };
}

function capsOf(budget: Budget, now: number): Cap[] {
  const { scope, microsPerDay, microsPerMonth } = budget;
  return [
    ...(microsPerDay === null ? [] : [{ scope, period: periodOf(now, 'day'), micros: microsPerDay }]),
    ...(microsPerMonth === null ? [] : [{ scope, period: periodOf(now, 'month'), micros: microsPerMonth }]),
  ];
}

/** `2026-11-21` or `2026-11`, in UTC. */
function periodOf(now: number, per: 'day' | 'month'): string {
  return new Date(now).toISOString().slice(0, per === 'day' ? 10 : 7);
}

function exhausted(cap: Cap, now: number): Exhausted {
  const per = cap.period.length === 10 ? 'day' : 'month';
  const date = new Date(now);
  const next =
    per === 'day'
      ? Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1)
      : Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  return { ok: false, scope: cap.scope, per, retryAfterSeconds: Math.max(1, Math.ceil((next - now) / 1000)) };
}
