import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto';
import { canonicalJson, readJsonText, Type, parser, type Static } from '../kernel/index.ts';

const hex = Type.String({ pattern: '^[0-9a-f]{64}$' });

/** A signed tree head as it stands in the log folder, in the database and with the witness: one line of canonical JSON (RFC 8785). */
const CheckpointSchema = Type.Object(
  {
    v: Type.Literal(1),
    log: Type.String({ pattern: '^log_[0-9a-z]{26}$' }),
    /** Records under this head. */
    size: Type.Integer({ minimum: 0 }),
    /** RFC 6962 root over them. */
    root: hex,
    /** Leaf hash of the last one: the next record's `prev`. */
    last: hex,
    /** Milliseconds since 1970. */
    time: Type.Integer({ minimum: 0 }),
    /** Number of the segment that the last record is in. */
    segment: Type.Integer({ minimum: 1 }),
    /** `segment`: nothing follows in this segment; `closed`: nothing follows until the log is opened again; `sealed`: nothing follows, ever. */
    state: Type.Enum(['open', 'segment', 'closed', 'sealed']),
    /** SHA-256 of the line before this one; of the log's genesis for the first. */
    previous: hex,
    /** Id of the signing key. */
    key: Type.String({ pattern: '^[\\w.:+/=-]{1,128}$' }),
    /** Ed25519 over `signedBytes`, base64. */
    signature: Type.String({ pattern: '^[A-Za-z0-9+/]{86}==$' }),
    /** At a segment's end: the tree's peaks, so that a start reads one segment only. Not signed: they must fold to the signed root. */
    peaks: Type.Optional(Type.Array(hex, { maxItems: 53 })),
  },
  { additionalProperties: false },
);

export type Checkpoint = Static<typeof CheckpointSchema>;
export type CheckpointState = Checkpoint['state'];

const parse = parser(CheckpointSchema);

/** A checkpoint without its signature. */
export type UnsignedCheckpoint = Omit<Checkpoint, 'signature'>;

/** What the signature covers: a context line, so that the key's other signatures cannot be passed off as this, then everything but signature and peaks. */
export function signedBytes(head: UnsignedCheckpoint): Buffer {
  return Buffer.from(`sallyport checkpoint v1\n${canonicalJson(withoutPeaks(head))}`);
}

/** The same head without its peaks: what is signed, and what leaves the log's folder. */
export function withoutPeaks<T extends UnsignedCheckpoint>({ peaks: _peaks, ...head }: T): Omit<T, 'peaks'> {
  return head;
}

/** Signs a tree head with the installation's key. */
export function signCheckpoint(head: UnsignedCheckpoint, sign: (bytes: Uint8Array) => Uint8Array): Checkpoint {
  return { ...head, signature: Buffer.from(sign(signedBytes(head))).toString('base64') };
}

/** The line of a checkpoint, without its line feed. */
export function checkpointLine(checkpoint: Checkpoint): string {
  return canonicalJson(checkpoint);
}

/** What the next checkpoint names as `previous`. */
export function checkpointHash(line: string): string {
  return hash('sha256', line);
}

/** Reads a line strictly: only the one canonical spelling counts, so that every changed byte shows. Undefined for anything else. */
export function parseCheckpoint(line: string): Checkpoint | undefined {
  const read = readJsonText(line);
  if (!read.ok) return undefined;
  const parsed = parse(read.value);
  if (!parsed.ok || checkpointLine(parsed.value) !== line) return undefined;
  // The last base64 digit of 64 bytes carries 4 unused bits: a second spelling of the same signature is refused.
  return Buffer.from(parsed.value.signature, 'base64').toString('base64') === parsed.value.signature ? parsed.value : undefined;
}

/** Whether one of the keys signed this checkpoint. */
export function isSigned({ signature, ...head }: Checkpoint, keys: readonly KeyObject[]): boolean {
  const bytes = signedBytes(head);
  const given = Buffer.from(signature, 'base64');
  return keys.some((key) => verify(null, bytes, key, given));
}

/** The Ed25519 public keys in a PEM text (one or several blocks); undefined when one of them is something else. */
export function readPublicKeys(pem: string): KeyObject[] | undefined {
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/g) ?? [];
  const keys: KeyObject[] = [];
  for (const block of blocks) {
    try {
      const key = createPublicKey(block);
      if (key.asymmetricKeyType !== 'ed25519') return undefined;
      keys.push(key);
    } catch {
      return undefined;
    }
  }
  return keys.length === 0 ? undefined : keys;
}
