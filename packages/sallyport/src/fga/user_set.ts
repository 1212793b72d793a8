/** A set of users of one type: some by name, and perhaps everyone (`type:*`) except some. */
export type UserSet = { readonly users: ReadonlySet<string>; readonly everyone: boolean; readonly except: ReadonlySet<string> };

const NOBODY: ReadonlySet<string> = new Set();
export const EMPTY: UserSet = { users: NOBODY, everyone: false, except: NOBODY };

const has = (set: UserSet, user: string): boolean => set.users.has(user) || (set.everyone && !set.except.has(user));

/** In any of the sets. */
export function unite(sets: readonly UserSet[]): UserSet {
  const filled = sets.filter((set) => set.everyone || set.users.size > 0);
  const [only = EMPTY] = filled;
  if (filled.length < 2) return only;
  const users = new Set(filled.flatMap((set) => [...set.users]));
  const except = new Set(filled.flatMap((set) => [...set.except]).filter((user) => !filled.some((set) => has(set, user))));
  return { users, everyone: filled.some((set) => set.everyone), except };
}

/** In all of the sets. */
export function intersect(sets: readonly UserSet[]): UserSet {
  const users = new Set(sets.flatMap((set) => [...set.users]).filter((user) => sets.every((set) => has(set, user))));
  const everyone = sets.every((set) => set.everyone);
  return {
    users,
    everyone,
    except: everyone ? new Set(sets.flatMap((set) => [...set.except]).filter((user) => !users.has(user))) : NOBODY,
  };
}

/** In the first set and not in the second. */
export function subtract(base: UserSet, less: UserSet): UserSet {
  // Who is left out of "everyone" there stays, by name, when everyone is here.
  const named = base.everyone && less.everyone ? [...base.users, ...less.except] : [...base.users];
  const users = new Set(named.filter((user) => has(base, user) && !has(less, user)));
  const everyone = base.everyone && !less.everyone;
  const except = everyone ? new Set([...base.except, ...less.users].filter((user) => !users.has(user))) : NOBODY;
  return { users, everyone, except };
}
