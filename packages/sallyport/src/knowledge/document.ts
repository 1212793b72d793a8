import type { Concealment, DocumentFormat, Mark } from '../documents/index.ts';

/** What is said of a document before it goes into a knowledge base. `quarantine`: a person looks first. */
export const VERDICTS = ['accept', 'quarantine', 'reject'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** How far a document may travel, by what is in it. */
export const LABELS = ['public', 'internal', 'confidential'] as const;
export type Label = (typeof LABELS)[number];

/** `released`: was in quarantine, a person let it go. `erased`: nothing of its text is kept here any more. */
export const STATES = ['accepted', 'quarantined', 'rejected', 'released', 'erased'] as const;
export type State = (typeof STATES)[number];

/** One thing that speaks against a document, or that is worth knowing (`note`). Holds no text of it. */
export type Reason = {
  readonly rule: string;
  readonly verdict: 'quarantine' | 'reject' | 'note';
  readonly why: string;
  readonly shown?: 'visible' | Concealment;
  readonly place?: Omit<Mark, 'offset'>;
  readonly confidence?: number;
  /** Documents that it is about beside this one. */
  readonly documents?: readonly string[];
};

/** What is known of a document. `hash` is keyed: equal bytes of one tenant have equal hashes, and nobody can guess at the bytes. */
export type KnowledgeDocument = {
  readonly id: string;
  readonly name: string;
  /** Where it came from, as its sender says: an address, a folder. */
  readonly source: string;
  /** Its object in the authorization store (`document:handbook`), when the app names one. */
  readonly object: string;
  readonly format: DocumentFormat | 'unknown';
  readonly size: number;
  readonly hash: string;
  readonly label: Label;
  readonly verdict: Verdict;
  readonly state: State;
  readonly reasons: readonly Reason[];
  readonly actor: string;
  readonly created: number;
  readonly changed: number;
  /** Its bytes are kept here, sealed. */
  readonly kept: boolean;
};

export function strictest(reasons: readonly Reason[]): Verdict {
  if (reasons.some(({ verdict }) => verdict === 'reject')) return 'reject';
  return reasons.some(({ verdict }) => verdict === 'quarantine') ? 'quarantine' : 'accept';
}

export function stricterLabel(one: Label, other: Label): Label {
  return LABELS.indexOf(one) >= LABELS.indexOf(other) ? one : other;
}
