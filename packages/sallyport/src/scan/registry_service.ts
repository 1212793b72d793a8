import { createHash } from 'node:crypto';
import { guardedFetch } from '../net/index.ts';
import { AppError, type Clock } from '../kernel/index.ts';
import type { LoweredCache } from './code/index.ts';
import { keyOf } from './packages/advisory.ts';
import type { Ecosystem } from './packages/dependency.ts';
import { REGISTRIES, registryAddress, type Existence, type Wanted } from './packages/registry.ts';

/** Names that are asked about in one scan: a project writes fewer itself, and no registry is to be emptied. */
export const MAX_LOOKUPS = 500;
const AT_ONCE = 4;
const TIMEOUT = 10_000;
/** For all of them, in milliseconds; what is left then counts as unanswered. */
const DEADLINE = 60_000;
/** What exists stays; what is missing may be registered any time. Milliseconds. */
const KEEP_EXISTING = 7 * 24 * 3_600_000;
const KEEP_MISSING = 3_600_000;

export type RegistryOptions = {
  /** Addresses in place of the public ones; those that the user wrote down may be private. */
  readonly registries?: Readonly<Partial<Record<Ecosystem, string>>> | undefined;
  readonly cache?: LoweredCache | undefined;
  readonly clock: Clock;
};

/** Asks the registries whether packages exist. Only these names leave the machine, and only through the guard against forged requests. Never throws. */
export async function lookUp(wanted: readonly Wanted[], options: RegistryOptions): Promise<ReadonlyMap<string, Existence>> {
  const found = new Map<string, Existence>(wanted.map(({ ecosystem, name }) => [keyOf(ecosystem, name), 'unanswered']));
  const queue = wanted.slice(0, MAX_LOOKUPS);
  const until = options.clock() + DEADLINE;
  const drain = async (): Promise<void> => {
    for (let one = queue.shift(); one !== undefined && options.clock() < until; one = queue.shift())
      found.set(keyOf(one.ecosystem, one.name), await existence(one, options));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, drain));
  return found;
}

async function existence(one: Wanted, { registries, cache, clock }: RegistryOptions): Promise<Existence> {
  const own = registries?.[one.ecosystem];
  const address = registryAddress(own ?? REGISTRIES[one.ecosystem], one);
  if (address === undefined) return 'unanswered';
  const key = createHash('sha256').update(`registry\0${address}`).digest('hex');
  const known = remembered(cache?.get(key), clock());
  if (known !== undefined) return known;
  const answer = await ask(address, own === undefined ? 'public' : 'as-written');
  if (answer !== 'unanswered') cache?.put(key, Buffer.from(JSON.stringify({ answer, at: clock() })));
  return answer;
}

async function ask(address: string, allow: 'public' | 'as-written'): Promise<Existence> {
  try {
    const { status } = await guardedFetch(address, {
      allow,
      timeoutMs: TIMEOUT,
      maxRedirects: 2,
      headers: { 'user-agent': 'sallyport-scan' },
    });
    if (status === 200) return 'exists';
    return status === 404 || status === 410 ? 'missing' : 'unanswered';
  } catch (error) {
    // A list that is longer than what is read is one of a package that exists.
    return error instanceof AppError && error.code === 'NET_TOO_LARGE' ? 'exists' : 'unanswered';
  }
}

function remembered(bytes: Uint8Array | undefined, now: number): Existence | undefined {
  if (bytes === undefined) return undefined;
  try {
    const { answer, at } = JSON.parse(Buffer.from(bytes).toString()) as { answer?: unknown; at?: unknown };
    if (typeof at !== 'number' || at > now || (answer !== 'exists' && answer !== 'missing')) return undefined;
    return now - at < (answer === 'exists' ? KEEP_EXISTING : KEEP_MISSING) ? answer : undefined;
  } catch {
    return undefined;
  }
}
