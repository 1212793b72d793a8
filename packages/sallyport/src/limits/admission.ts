import { networkOf } from '../net/index.ts';
import type { Limiter } from './limiter.ts';

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

/** Seconds to wait before an anonymous write from this address; 0 when it is admitted, and counted. What is refused is counted nowhere. */
export type Admit = (address: string) => number;

/** One budget for everything that strangers can make us store: sign-ins, authorization requests, device codes, registrations, links. */
export function createAdmission(limiter: Limiter, { perAddress, overall }: AdmissionLimits, clock: () => number): Admit {
  return (address) => {
    if (address === LOCAL) return 0;
    const now = clock();
    // This one first: when it is used up, a flood of addresses is not even remembered.
    const all = limiter.takeTokens('all', overall, 1, now);
    if (!all.ok) return all.retryAfterSeconds;
    const limits = { requestsPerMinute: perAddress, concurrency: null };
    const own = limiter.acquire(networkOf(address, SITE_BITS), limits, now);
    if (!own.ok) {
      all.giveBack(1);
      return own.retryAfterSeconds;
    }
    own.release();
    return 0;
  };
}
