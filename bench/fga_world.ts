import type { JsonObject } from '../packages/sallyport/src/kernel/index.ts';
import { PairIndex } from '../packages/sallyport/src/fga/int_index.ts';
import type { TupleKey } from '../packages/sallyport/src/fga/tuple.ts';

const DEPTH = 5;
/** Documents in folders five deep, seen by groups nested three deep. */
export const MODEL = {
  schema_version: '1.1',
  type_definitions: [
    { type: 'user' },
    {
      type: 'group',
      relations: { member: { this: {} } },
      metadata: { relations: { member: { directly_related_user_types: [{ type: 'user' }, { type: 'group', relation: 'member' }] } } },
    },
    ...['folder', 'document'].map((type) => ({
      type,
      relations: {
        parent: { this: {} },
        viewer: {
          union: {
            child: [{ this: {} }, { tupleToUserset: { tupleset: { relation: 'parent' }, computedUserset: { relation: 'viewer' } } }],
          },
        },
      },
      metadata: {
        relations: {
          parent: { directly_related_user_types: [{ type: 'folder' }] },
          viewer: { directly_related_user_types: [{ type: 'user' }, { type: 'group', relation: 'member' }] },
        },
      },
    })),
  ],
} satisfies JsonObject;

/** Repeatable, so that two runs ask the same. */
export function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type World = { readonly users: number; readonly documents: number; readonly tuples: (this: void) => Generator<TupleKey> };

/** Half of the tuples put documents into folders, the rest are members of groups, folders within folders and who sees them. */
export function world(size: number): World {
  const documents = Math.floor(size / 2);
  const folders = Math.max(10, Math.floor(size / 20));
  const groups = Math.max(12, Math.floor(size / 40));
  const users = Math.max(100, Math.floor(size / 10));
  return {
    users,
    documents,
    *tuples() {
      const pick = generator(7);
      let made = 0;
      const tuple = (user: string, relation: string, object: string): TupleKey => (made++, { user, relation, object });
      for (let i = 0; i < documents; i++) yield tuple(`folder:f${pick(folders)}`, 'parent', `document:d${i}`);
      // Folder i lies in a folder of the level above it.
      const level = Math.ceil(folders / DEPTH);
      for (let i = level; i < folders; i++) yield tuple(`folder:f${i - level}`, 'parent', `folder:f${i}`);
      // Group i of the lower two thirds is part of one in the third above.
      const third = Math.ceil(groups / 3);
      for (let i = third; i < groups; i++) yield tuple(`group:g${i}#member`, 'member', `group:g${i - third}`);
      for (let i = 0; i < level; i++) yield tuple(`group:g${pick(third)}#member`, 'viewer', `folder:f${i}`);
      // One user sees a thousand documents by name.
      for (let i = 0; i < Math.min(1_000, documents); i++) yield tuple('user:lister', 'viewer', `document:d${i}`);
      const seen = new PairIndex();
      while (made < size) {
        const [user, group] = [pick(users), pick(groups)];
        if (seen.get(user, group) !== 0) continue;
        seen.set(user, group, 1);
        yield tuple(`user:u${user}`, 'member', `group:g${group}`);
      }
    },
  };
}
