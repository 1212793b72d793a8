import { matchesGlob, type TenantId } from '../kernel/index.ts';
import type { EventDecision, EventRule } from '../audit/index.ts';
import type { Policy, PointVars, Verdict } from '../policy/index.ts';

/** What is known of a document besides who may read it. */
export type KnownDocument = Omit<NonNullable<PointVars['document']>, 'object'> & {
  /** The datasets that it was added to. */
  readonly datasets: readonly string[];
};

/** Datasets that a reader is held to: lists of patterns, each of which must have one that matches. No list: held to nothing. */
export type HeldTo = readonly (readonly string[])[];

/** What rules are asked about documents that a user may read, before they are given. */
export type RetrievalGuard = {
  readonly policy: (tenant: TenantId) => Policy;
  /** What is known of these objects; of one that is not in the answer nothing is. Rejects faults. */
  readonly known: (tenant: TenantId, objects: readonly string[]) => Promise<ReadonlyMap<string, KnownDocument>>;
  /** What happens to the documents when `known` fails: none of them is given, or rules are asked as if nothing were known of them. */
  readonly onError: 'deny' | 'allow';
};

/** For whom and by which way documents are asked for. */
export type Asked = {
  readonly tenant: TenantId;
  readonly principal: PointVars['principal'];
  readonly endpoint: string;
  readonly reader: NonNullable<PointVars['reader']>;
  readonly held: HeldTo;
};

export type Screened = {
  /** Objects that are not given: by a rule, or because `known` failed. */
  readonly stopped: ReadonlySet<string>;
  /** Objects that are not given because they are not known to be of the reader's datasets. */
  readonly withheld: ReadonlySet<string>;
  /** Rules by object: with its place among those that were asked about, as the event's parts are numbered. */
  readonly decision: EventDecision;
  /** `known` could not say. */
  readonly unknown: boolean;
};

const NOTHING_KNOWN: KnownDocument = { state: 'unknown', label: '', reasons: [], datasets: [] };
/** What an event says of a document that is withheld, beside the rules of the policy. */
const WITHHELD = {
  id: 'role-datasets',
  action: 'deny',
  point: 'retrieval',
  why: "It is not known to be of the reader's datasets.",
} as const;
const NOBODY_ANSWERS = 'Nobody can answer for a document that is found.';

/** Takes away what is of no dataset of the reader, and asks the rules of the point `retrieval` about each other object, in their order. `partOf`: the part of the event that an object is. Never rejects. */
export async function screen(
  { policy: policyOf, known: knownOf, onError }: RetrievalGuard,
  asked: Asked,
  objects: readonly string[],
  partOf: (object: string) => number | undefined,
): Promise<Screened> {
  const stopped = new Set<string>();
  const withheld = new Set<string>();
  const rules: EventRule[] = [];
  const would: EventRule[] = [];
  const policy = policyOf(asked.tenant);
  const asks = policy.wants('retrieval');
  if (objects.length === 0 || (!asks && asked.held.length === 0))
    return { stopped, withheld, decision: { action: 'allow', rules, would }, unknown: false };
  const found = await knownOf(asked.tenant, objects).catch(() => undefined);
  for (const object of objects) {
    const { datasets, ...known } = found?.get(object) ?? NOTHING_KNOWN;
    const part = partOf(object);
    if (!within(asked.held, datasets)) {
      withheld.add(object);
      rules.push({ ...WITHHELD, ...(part === undefined ? {} : { part }) });
      continue;
    }
    if (!asks) continue;
    const verdict = policy.decide('retrieval', factsOf(asked, { object, ...known }));
    rules.push(...heldRules(verdict.rules, part));
    would.push(...heldRules(verdict.would, part));
    // Nobody can be asked while a search waits.
    if (verdict.action !== 'allow' || (found === undefined && onError === 'deny')) stopped.add(object);
  }
  const action = stopped.size === 0 && withheld.size === 0 ? 'allow' : 'deny';
  return { stopped, withheld, decision: { action, rules, would }, unknown: found === undefined };
}

/** Whether somebody who is held may find a document: nobody's, and one that is in a dataset of others too, only by who is held to nothing. */
function within(held: HeldTo, datasets: readonly string[]): boolean {
  if (held.length === 0) return true;
  const matches = (dataset: string): boolean => held.every((patterns) => patterns.some((pattern) => matchesGlob(pattern, dataset)));
  return datasets.length > 0 && datasets.every(matches);
}

function factsOf({ principal, endpoint, reader }: Asked, document: NonNullable<PointVars['document']>): PointVars {
  return {
    findings: [],
    principal,
    request: {
      ...{ endpoint, api: 'rag', model: '', provider: '', stream: false, tools: false, write_tools: false },
      ...{ attachments: 0, practice: false },
    },
    part: {
      ...{
        origin: 'retrieved',
        role: 'retrieved',
        kind: 'text',
        media: '',
        turn: -1,
        size: 0,
        where: 'documents[]',
        hidden: '',
        source: '',
      },
      scanned: document.state !== 'unknown',
    },
    document,
    reader,
  };
}

function heldRules(held: Verdict['rules'], part: number | undefined): EventRule[] {
  return held.flatMap(({ id, then, why }): EventRule[] =>
    then === 'allow'
      ? []
      : [
          {
            ...{ id, action: then, point: 'retrieval', why: then === 'ask' ? `${why} ${NOBODY_ANSWERS}` : why },
            ...(part === undefined ? {} : { part }),
          },
        ],
  );
}
