import type { Asking, Sallyport } from './client.ts';

/** How a wrapper asks. `user` may be found out for each retrieval: deny (throw) when it is not known who asks. */
export type Permission<D, C> = Omit<Asking, 'user'> & {
  readonly client: Sallyport;
  readonly user: string | ((call: C) => string | Promise<string>);
  /** Path to the id in a document, or a function; what it does not find is left out. */
  readonly id?: string | ((document: D) => string | undefined);
};

/** Filters what a retriever found. Rejects when the gate does not answer: an unfiltered list is never given. */
export async function permitted<D, C>(found: readonly D[], call: C, options: Permission<D, C>): Promise<D[]> {
  const { client, user, ...rest } = options;
  const who = typeof user === 'function' ? await user(call) : user;
  if (typeof who !== 'string' || who === '') throw new TypeError('it is not known which user asks');
  if (found.length === 0) return [];
  return (await client.filter(found, { ...rest, user: who })).documents;
}

/** Wraps any function that retrieves documents: the same call, and only what the user may read comes back. `user` is asked with the call's arguments. */
export function withPermissions<A extends readonly unknown[], D>(
  retrieve: (...args: A) => readonly D[] | Promise<readonly D[]>,
  options: Permission<D, A>,
): (...args: A) => Promise<D[]> {
  return async (...args) => permitted(await retrieve(...args), args, options);
}
