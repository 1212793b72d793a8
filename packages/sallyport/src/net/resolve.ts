import { lookup } from 'node:dns';

/** One address of a name. `family` is 4 or 6. */
export type ResolvedAddress = { readonly address: string; readonly family: number };

/** Every address of a name, in the order in which they should be tried. Rejects when there is none. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

/**
 * `getaddrinfo` runs on libuv's pool of four threads, which also syncs the event log: a name server that hangs must not take them all.
 */
const MAX_LOOKUPS = 2;
/** Names that wait for a lookup; far more than a configuration has providers and webhooks. */
const MAX_WAITING = 256;

/** A resolver over the machine's own (hosts file included). Equal names asked at the same time share one lookup; nothing is cached. */
export function systemResolver(ask: Resolve = lookupAll): Resolve {
  const inFlight = new Map<string, Promise<readonly ResolvedAddress[]>>();
  const waiting: (() => void)[] = [];
  let running = 0;

  const turn = async (): Promise<void> => {
    if (running < MAX_LOOKUPS) {
      running++;
      return;
    }
    if (waiting.length >= MAX_WAITING) throw new Error('too many names wait for the name service');
    await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const done = (): void => {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  };
  const asked = async (hostname: string): Promise<readonly ResolvedAddress[]> => {
    await turn();
    try {
      return await ask(hostname);
    } finally {
      done();
    }
  };
  return (hostname) => {
    const known = inFlight.get(hostname);
    if (known !== undefined) return known;
    const answer = asked(hostname).finally(() => inFlight.delete(hostname));
    inFlight.set(hostname, answer);
    return answer;
  };
}

function lookupAll(hostname: string): Promise<readonly ResolvedAddress[]> {
  return new Promise((resolve, reject) => {
    lookup(hostname, { all: true, order: 'verbatim' }, (error, addresses) => {
      if (error !== null) reject(error);
      else if (addresses.length === 0) reject(new Error('the name has no address'));
      else resolve(addresses);
    });
  });
}
