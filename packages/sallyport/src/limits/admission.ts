import { networkOf } from '../net/index.ts';
import type { Limiter, TookTokens } from './limiter.ts';

/** Requests a minute by which nobody who has proved who he is makes us keep something. */
export type AdmissionLimits = { readonly perAddress: number; readonly overall: number };

/**
 * By default: an office behind one address signs some hundred people in a minute, each with some requests; all together they leave fewer than
 * 100,000 rows in the quarter of an hour that the longest of them lives.
 */
export const DEFAULT_ADMISSION: AdmissionLimits = { perAddress: 600, overall: 6_000 };

/** Whoever has an IPv6 network of a site has 2^80 addresses: it counts as one. */
const SITE_BITS = { ipv4: 32, ipv6: 48 } as const;
/** The local socket has no address, and is the operator's. */
const LOCAL = '';
/** What addresses of people who are known have beside all others, as a part of what there is in all: enough that some sign in each second. */
const RESERVE = 0.1;
/** Addresses of people who are known that are remembered. Nobody adds one without a session, a key or a token. */
const KNOWN = 10_000;
/** Addresses whose use is remembered for one minute; a large `overall` shortens the minute. */
const COUNTED = 50_000;
const MINUTE = 60_000;
/** After it, half of what an address has used is forgotten, or all. */
const UNFAIR_RETRY = 60;

/** Seconds to wait before an anonymous write from this address; 0 when it is admitted, and counted. What is refused is counted nowhere. */
export type Admit = (address: string) => number;

export type Admission = {
  readonly admit: Admit;
  /** Somebody there has proved who he is: the address keeps a reserve when strangers use up everything. */
  readonly known: (address: string) => void;
};

/**
 * One budget for everything that strangers can make us store: sign-ins, authorization requests, device codes, registrations, links.
 * An address may have used, within a minute or two, as much of it as is left for everybody (dynamic thresholds: Choudhury and Hahne, 1998). So n
 * addresses that flood leave each newcomer an equal share, the (n + 1)th part: what they do not get by being more than the budget has requests.
 */
export function createAdmission(limiter: Limiter, limits: () => AdmissionLimits, clock: () => number): Admission {
  const uses = countRecent();
  const known = new Set<string>();

  /** One request out of a budget of which this address has not used more than is left. */
  const share = (budget: string, size: number, used: number, now: number): TookTokens => {
    const taken = limiter.takeTokens(budget, size, 1, now);
    if (!taken.ok || used <= taken.remaining) return taken;
    taken.giveBack(1);
    return { ok: false, remaining: 0, retryAfterSeconds: UNFAIR_RETRY };
  };

  return {
    admit(address) {
      if (address === LOCAL) return 0;
      const now = clock();
      const { perAddress, overall } = limits();
      const network = networkOf(address, SITE_BITS);
      const used = uses.of(network, now);
      // These first: when they are used up, a flood of addresses is not even remembered.
      let shared = share('all', overall, used, now);
      if (!shared.ok && known.has(network)) shared = share('known', Math.ceil(overall * RESERVE), used, now);
      if (!shared.ok) return shared.retryAfterSeconds;
      const own = limiter.takeTokens(`of ${network}`, perAddress, 1, now);
      if (!own.ok) {
        shared.giveBack(1);
        return own.retryAfterSeconds;
      }
      uses.add(network);
      return 0;
    },
    known(address) {
      if (address === LOCAL) return;
      const network = networkOf(address, SITE_BITS);
      // A set keeps the order in which they came: the one that was not seen for longest goes.
      known.delete(network);
      known.add(network);
      if (known.size > KNOWN) for (const oldest of known.keys()) return void known.delete(oldest);
    },
  };
}

/** Counts in this minute and the last: two tables that are thrown away whole, so that no flood makes them grow or pushes single addresses out. */
function countRecent(): { of(key: string, now: number): number; add(key: string): void } {
  let recent = new Map<string, number>();
  let before = recent;
  let since = 0;
  return {
    of(key, now) {
      if (Math.abs(now - since) >= MINUTE || recent.size >= COUNTED) {
        // Of a minute that ended a minute ago nothing counts.
        before = Math.abs(now - since) >= 2 * MINUTE ? new Map<string, number>() : recent;
        recent = new Map();
        since = now;
      }
      return (recent.get(key) ?? 0) + (before.get(key) ?? 0);
    },
    add: (key) => void recent.set(key, (recent.get(key) ?? 0) + 1),
  };
}
