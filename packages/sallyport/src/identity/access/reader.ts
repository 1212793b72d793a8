import type { KeyRecord } from '../key.ts';

/** Lists of patterns of datasets: a document is found where each list has one that its dataset matches. No list: held to nothing. */
export type Held = readonly (readonly string[])[];

/** A person whose role is held to some datasets. `name` is null when the person was removed, for somebody else may have it; `accounts`: subjects at sign-in providers. */
export type HeldReader = {
  readonly tenant: string;
  readonly id: string;
  readonly name: string | null;
  readonly datasets: readonly string[];
  readonly accounts: readonly string[];
};

/** By every name under which an application may ask for each of them. Where two are meant, both are held to. */
export function readersOf(people: readonly HeldReader[]): Map<string, Held> {
  const readers = new Map<string, Held>();
  for (const { tenant, id, name, datasets, accounts } of people)
    for (const key of new Set([id, ...(name === null ? [] : [name]), ...accounts].map((one) => readerKey(tenant, one))))
      readers.set(key, [...(readers.get(key) ?? []), datasets]);
  return readers;
}

/** How a user of the authorization store (`user:anne`) is looked up. Its writing is the application's: case and composition do not let anybody out. */
export function readerKey(tenant: string, name: string): string {
  return `${tenant}\n${name.normalize('NFKC').toLowerCase()}`;
}

/** What is held who asks for `user`: by the token, where it is a person's, and as the person that the user is, where there is one of this id, name or account. */
export function heldBy(readers: ReadonlyMap<string, Held>, key: Pick<KeyRecord, 'limits' | 'tenant'>, user: string): Held {
  const own = key.limits.flatMap(({ datasets = [] }) => (datasets.length === 0 ? [] : [datasets]));
  return [...own, ...(readers.get(readerKey(key.tenant, user.slice(user.indexOf(':') + 1))) ?? [])];
}
