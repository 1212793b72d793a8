import { LABELS, type KnowledgeDocument, type Label } from './document.ts';

/** Who may read an object, by the authorization store: users by name, `everyone` for a public one, and the members of each group that may. `undefined`: it cannot be told. */
export type Readers = {
  readonly users: readonly string[];
  readonly everyone: boolean;
  readonly groups: readonly { readonly name: string; readonly members: readonly string[] }[];
};
export type ReadersPort = (object: string) => Promise<Readers | undefined>;

export type Shared = {
  readonly document: string;
  readonly name: string;
  readonly object: string;
  readonly label: Label;
  /** 'everyone', too many by its label, or some that no group explains. */
  readonly problems: readonly ('everyone' | 'many' | 'unexplained')[];
  readonly readers: number;
  /** Readers by no group: somebody let them in one by one. At most `MAX_NAMED`. */
  readonly unexplained: readonly string[];
  readonly unexplainedCount: number;
};

export type SharingReport = { readonly shared: readonly Shared[]; readonly looked: number; readonly unknown: number };

const MAX_NAMED = 50;
/** Internal documents are for many: so many times the readers of a confidential one. */
const INTERNAL_FACTOR = 5;

/** Sensitive documents that many may read, and readers that no group explains; the worst first. */
export async function sharingReport(documents: readonly KnowledgeDocument[], readersOf: ReadersPort, most: number): Promise<SharingReport> {
  const shared: Shared[] = [];
  let unknown = 0;
  const sensitive = documents.filter(({ label, object }) => label !== 'public' && object !== '');
  for (const document of sensitive) {
    const readers = await readersOf(document.object);
    if (readers === undefined) unknown++;
    else {
      const one = judged(document, readers, most);
      if (one.problems.length > 0) shared.push(one);
    }
  }
  const weight = (one: Shared): number =>
    LABELS.indexOf(one.label) * 10 + (one.problems.includes('everyone') ? 5 : 0) + one.problems.length;
  shared.sort((a, b) => weight(b) - weight(a) || b.readers - a.readers);
  return { shared, looked: sensitive.length, unknown };
}

function judged({ id, name, object, label }: KnowledgeDocument, { users, everyone, groups }: Readers, most: number): Shared {
  const explained = new Set(groups.flatMap(({ members }) => members));
  const alone = users.filter((user) => !explained.has(user));
  const limit = label === 'confidential' ? most : most * INTERNAL_FACTOR;
  const problems: Shared['problems'] = [
    ...(everyone ? (['everyone'] as const) : []),
    ...(users.length > limit ? (['many'] as const) : []),
    // Where no group may read at all, single readers are the way it is meant.
    ...(groups.length > 0 && alone.length > 0 ? (['unexplained'] as const) : []),
  ];
  return {
    document: id,
    name,
    object,
    label,
    problems,
    readers: users.length,
    unexplained: alone.slice(0, MAX_NAMED),
    unexplainedCount: alone.length,
  };
}
