import { showTuple, type TupleKey } from '../tuple.ts';
import type { SyncOptions } from './source.ts';

export type Diff = { readonly writes: readonly TupleKey[]; readonly deletes: readonly TupleKey[]; readonly same: number };

/** Whether a tuple is one that this source wrote: its object carries the source's name. */
export const isOwn = ({ object }: TupleKey, { source }: Pick<SyncOptions, 'source'>): boolean =>
  ['document', 'folder', 'group'].some((type) => object.startsWith(`${type}:${source}/`));

/** What must change so that the source's tuples are the wanted ones. One that is there with a condition is replaced. */
export function diffTuples(wanted: readonly TupleKey[], present: readonly TupleKey[]): Diff {
  const want = new Map(wanted.map((key) => [showTuple(key), key]));
  const have = new Map(present.map((key) => [showTuple(key), key]));
  const plain = (name: string): boolean => have.get(name) !== undefined && have.get(name)?.condition === undefined;
  return {
    writes: [...want].filter(([name]) => !plain(name)).map(([, key]) => key),
    deletes: [...have].filter(([name]) => !want.has(name) || !plain(name)).map(([, key]) => key),
    same: [...want.keys()].filter(plain).length,
  };
}
