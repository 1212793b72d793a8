import { networkOf } from '../../net/index.ts';

/**
 * Failures after which the next try waits. A name from one address waits soon; a network (whoever has one has all its addresses) and a name from
 * everywhere only after so many that they cannot be the person's own, because whoever can reach the form could otherwise keep that person out.
 */
const FREE = { pair: 5, address: 20, network: 100, name: 100 } as const;
/** The part of an address that one house usually has: bits of IPv4, of IPv6. */
const NETWORK_BITS = { ipv4: 24, ipv6: 48 } as const;
/** The wait doubles with each further failure, from one second to a quarter of an hour; then all is forgotten. */
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 15 * 60_000;
/** Entries that are kept; the oldest go first. */
const MAX_ENTRIES = 20_000;

type Entry = { failures: number; last: number };

/** Slows guessing of passwords and codes down, in the memory of this process. */
export class Attempts {
  readonly #entries = new Map<string, Entry>();

  /** Seconds to wait before the next try; 0 when there is none to wait. */
  wait(name: string, address: string, now: number): number {
    return Math.max(...keysOf(name, address).map(([key, free]) => this.#wait(key, free, now)));
  }

  failed(name: string, address: string, now: number): void {
    for (const [key] of keysOf(name, address)) {
      const entry = this.#entries.get(key);
      this.#entries.delete(key);
      const stale = entry === undefined || now - entry.last > LONGEST_WAIT;
      this.#entries.set(key, { failures: stale ? 1 : entry.failures + 1, last: now });
    }
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= MAX_ENTRIES) break;
      this.#entries.delete(key);
    }
  }

  succeeded(name: string, address: string): void {
    this.#entries.delete(pairKey(name, address));
  }

  #wait(key: string, free: number, now: number): number {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.failures < free) return 0;
    const pause = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (entry.failures - free));
    return Math.max(0, Math.ceil((entry.last + pause - now) / 1_000));
  }
}

const pairKey = (name: string, address: string): string => JSON.stringify([name, address]);

function keysOf(name: string, address: string): [string, number][] {
  return [
    [pairKey(name, address), FREE.pair],
    [`address ${address}`, FREE.address],
    [`network ${networkOf(address, NETWORK_BITS)}`, FREE.network],
    [`name ${name}`, FREE.name],
  ];
}
