import type { KeyObject } from 'node:crypto';
import { parser, Type, type Static } from '../kernel/index.ts';
import { isSigned, parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import { leafHash } from './frame.ts';
import { inclusionPath, rootFromInclusion, type NodeReader } from './tree.ts';

const hex = Type.String({ pattern: '^[0-9a-f]{64}$' });

/** That one event is in a log, checkable without the log: RFC 6962 section 2.1.1 under a signed tree head. */
export const InclusionProofSchema = Type.Object(
  {
    v: Type.Literal(1),
    log: Type.String(),
    /** The record's number, from 0. */
    index: Type.Integer({ minimum: 0 }),
    /** Leaf hash of the record before it. */
    prev: hex,
    /** The record's payload: the event's JSON, byte for byte. */
    event: Type.String(),
    /** Audit path from the leaf to the root. */
    path: Type.Array(hex, { maxItems: 64 }),
    /** The checkpoint's line. */
    checkpoint: Type.String(),
  },
  { additionalProperties: false },
);

export type InclusionProof = Static<typeof InclusionProofSchema>;

const parse = parser(InclusionProofSchema);

/** Builds the proof of a record under `checkpoint`, whose line is `line`. */
export function buildProof(
  record: { index: number; prev: Buffer; payload: Buffer },
  checkpoint: Checkpoint,
  line: string,
  node: NodeReader,
): InclusionProof {
  const path = inclusionPath(record.index, checkpoint.size, node).map((hash) => hash.toString('hex'));
  return {
    v: 1,
    log: checkpoint.log,
    index: record.index,
    prev: record.prev.toString('hex'),
    event: record.payload.toString('utf8'),
    path,
    checkpoint: line,
  };
}

export type ProofVerdict =
  | { readonly ok: true; readonly checkpoint: Checkpoint; readonly event: unknown }
  | { readonly ok: false; readonly why: string };

/** Checks a proof alone, with nothing but the keys that are expected. */
export function verifyProof(value: unknown, keys: readonly KeyObject[]): ProofVerdict {
  const parsed = parse(value);
  if (!parsed.ok) return { ok: false, why: 'this is no proof' };
  const proof = parsed.value;
  const checkpoint = parseCheckpoint(proof.checkpoint);
  if (checkpoint === undefined || checkpoint.log !== proof.log)
    return { ok: false, why: 'its checkpoint cannot be read, or is that of another log' };
  if (!isSigned(checkpoint, keys)) return { ok: false, why: 'its checkpoint is not signed with the expected key' };
  const leaf = leafHash(Buffer.from(proof.prev, 'hex'), Buffer.from(proof.event, 'utf8'));
  const path = proof.path.map((hash) => Buffer.from(hash, 'hex'));
  const root = rootFromInclusion(leaf, proof.index, checkpoint.size, path);
  if (root?.toString('hex') !== checkpoint.root) return { ok: false, why: 'the event is not the one that the log holds at this place' };
  try {
    return { ok: true, checkpoint, event: JSON.parse(proof.event) as unknown };
  } catch {
    return { ok: false, why: 'the record is no event' };
  }
}
