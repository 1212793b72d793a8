import { isIP, type LookupFunction } from 'node:net';
import { getCACertificates } from 'node:tls';
import { buildConnector } from 'undici';
import { addressClass, type AddressClass } from './address.ts';
import { fail } from './errors.ts';
import { systemResolver, type Resolve, type ResolvedAddress } from './resolve.ts';

/**
 * Which addresses a connection may go to. `public`: only public ones, whatever name they hide behind. `as-written`: the operator wrote
 * this very origin into the configuration, so it may be private; metadata and link-local addresses are refused all the same.
 */
export type Allow = 'public' | 'as-written';

export type ConnectOptions = {
  readonly allow: Allow;
  /** Whether `http:` may go to a public address; default no: a credential or an event would cross the network in the clear. */
  readonly plaintext?: boolean;
  /** Milliseconds for name, TCP and TLS together. */
  readonly timeoutMs?: number;
  readonly resolve?: Resolve;
  /** PEM certificates trusted besides Node's own list. Verification itself cannot be switched off. */
  readonly ca?: string;
};

/** A server that takes longer than this to accept is not usable; the next target is better. */
const CONNECT_TIMEOUT = 10_000;

/** One for the process: the bound on lookups at once is about libuv's one pool of threads. */
const machineResolver: Resolve = systemResolver();

/**
 * An undici connector that resolves a name once, checks every address of the answer, and connects to exactly those: a name that
 * changes its mind between check and connect (DNS rebinding) gains nothing. One refused address refuses the name as a whole.
 */
export function guardedConnector(options: ConnectOptions): buildConnector.connector {
  const resolve = options.resolve ?? machineResolver;
  const build = (protocol: string): buildConnector.connector =>
    buildConnector({
      // HTTP/1.1 only: one connection, one request at a time, so that a slow stream never holds up another.
      allowH2: false,
      timeout: options.timeoutMs ?? CONNECT_TIMEOUT,
      autoSelectFamily: true,
      lookup: pinnedLookup(resolve, (address) => refusal(address, protocol, options)),
      rejectUnauthorized: true,
      ...(options.ca === undefined ? {} : { ca: [...getCACertificates('default'), options.ca] }),
    });
  const plain = build('http:');
  const tls = build('https:');
  return (target, callback) => {
    const problem = literalRefusal(target.hostname, target.protocol, options);
    if (problem !== undefined) {
      queueMicrotask(() => callback(problem, null));
      return;
    }
    (target.protocol === 'https:' ? tls : plain)(target, callback);
  };
}

/** The check of a host that is an address itself: Node asks no resolver for those. */
function literalRefusal(hostname: string, protocol: string, options: ConnectOptions): Error | undefined {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return isIP(bare) === 0 ? undefined : refusal(bare, protocol, options);
}

function pinnedLookup(resolve: Resolve, refuse: (address: string) => Error | undefined): LookupFunction {
  return (hostname, options, callback) => {
    const tell = (found: Checked): void => {
      if (found.problem !== undefined) callback(found.problem, []);
      else if (options.all === true) callback(null, [found.first, ...found.rest]);
      else callback(null, found.first.address, found.first.family);
    };
    // Told on a turn of its own: what the socket code throws must not become the rejection of our promise.
    void checked(hostname, resolve, refuse).then((found) => process.nextTick(tell, found));
  };
}

type Checked =
  | { readonly problem: Error }
  | { readonly problem?: undefined; readonly first: ResolvedAddress; readonly rest: readonly ResolvedAddress[] };

async function checked(hostname: string, resolve: Resolve, refuse: (address: string) => Error | undefined): Promise<Checked> {
  try {
    const [first, ...rest] = await resolve(hostname);
    if (first === undefined) return { problem: fail('NET_UNREACHABLE', { detail: 'the name has no address' }) };
    const problem = [first, ...rest].map(({ address }) => refuse(address)).find((one) => one !== undefined);
    return problem === undefined ? { first, rest } : { problem };
  } catch (error) {
    return { problem: fail('NET_UNREACHABLE', { cause: error, detail: 'the name could not be resolved' }) };
  }
}

function refusal(address: string, protocol: string, options: ConnectOptions): Error | undefined {
  const found: AddressClass = addressClass(address);
  if (found === 'forbidden') return fail('NET_ADDRESS_REFUSED', { detail: `${address} is never reached` });
  if (found === 'private' && options.allow === 'public') return fail('NET_ADDRESS_REFUSED', { detail: `${address} is not public` });
  if (found === 'public' && protocol === 'http:' && options.plaintext !== true) {
    return fail('NET_PLAINTEXT_REFUSED', { detail: `http to ${address}` });
  }
  return undefined;
}
