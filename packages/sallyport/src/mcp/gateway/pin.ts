import type { DefinitionChange, DefinitionFinding } from '../definitions/index.ts';

/** A resource, or a template of some, goes by its address: names of resources are for people and need not be unique. */
export type PinKind = 'instructions' | 'tool' | 'prompt' | 'resource';

/** `waiting`: never approved. `changed`: approved once, and different now. Only what is `pinned` is offered, and only as it was pinned. */
export type PinState = 'pinned' | 'waiting' | 'changed' | 'rejected';

/** Something wrong in a definition, as it is kept: the rule, how bad, where (JSON pointer), and a sentence of ours. */
export type PinFinding = Pick<DefinitionFinding, 'rule' | 'severity' | 'path' | 'message'>;

/** One definition of a server, with the version that was approved and the one that was seen last; both as canonical JSON. */
export type PinRow = {
  readonly server: string;
  readonly kind: PinKind;
  readonly name: string;
  readonly state: PinState;
  readonly pinned_hash: string | null;
  readonly pinned: string | null;
  readonly current_hash: string;
  readonly current: string;
  readonly changes: readonly DefinitionChange[];
  readonly findings: readonly PinFinding[];
  readonly created: number;
  readonly changed: number;
  readonly decided_by: string | null;
  readonly decided: number | null;
  readonly decided_why: string | null;
};

/** What a request needs to know of a pin. */
export type PinFacts = Pick<PinRow, 'state' | 'pinned_hash' | 'current_hash'>;

export const pinKey = (kind: PinKind, name: string): string => `${kind}\n${name}`;

/** A definition as it is now. */
export type LiveDefinition = { readonly kind: PinKind; readonly name: string; readonly hash: string; readonly text: string };
