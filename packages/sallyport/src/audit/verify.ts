import type { KeyObject } from 'node:crypto';
import { parseCheckpoint, readPublicKeys, type Checkpoint } from './checkpoint.ts';
import { isLogId, KEY_FILE } from './log_layout.ts';
import { verifyLog, type Broken, type Head, type LogFiles, type LogReport } from './verify_log.ts';

/** What verification reads; nothing is ever written. */
export type LogReader = {
  /** Names of the log folders. */
  logs(): readonly string[];
  /** The files of a log, or undefined when its folder cannot be read. */
  files(log: string): LogFiles;
};

export type VerifyOptions = {
  /** The keys that the reader expects, for every log. Without, each log's own key file is taken, which shows changes but not a log made anew. */
  readonly keys?: readonly KeyObject[];
  /** What a witness outside kept: lines, each with a checkpoint in it. */
  readonly witness?: string;
  /** What the database knows. */
  readonly heads?: readonly Checkpoint[];
  /** Logs that the witness or the database knows and that are not here belong to other machines. */
  readonly partial?: boolean;
  readonly progress?: (log: string, segment: number, segments: number) => void;
};

export type Verdict = {
  readonly ok: boolean;
  /** The first broken record of the first broken log. */
  readonly broken: Broken | undefined;
  readonly logs: readonly LogReport[];
  /** Whether a witness agreed. The database alone is none: who can change the log's folder may often change that too. */
  readonly witnessed: boolean;
  /** One sentence for the reader. */
  readonly summary: string;
};

const DATABASE = 'the database';

/**
 * Checks every log: each byte of each record (length, checksum, chain), each checkpoint (spelling, chain, signature, root at its size), the order of the
 * segments, and the heads that a witness or the database kept. Stops each log at its first broken record.
 */
export function verifyLogs(reader: LogReader, options: VerifyOptions = {}): Verdict {
  const outside = readHeads(options);
  const names = reader.logs().filter(isLogId);
  const logs = names.map((log) => verifyOne(reader, log, outside.heads, options));
  const missing = options.partial === true ? undefined : findMissing(outside.heads, names);
  const none = names.length === 0 ? { log: '', why: 'there is no log here' } : undefined;
  const broken = logs.find((log) => log.broken !== undefined)?.broken ?? outside.broken ?? missing ?? none;
  const from = (database: boolean): boolean => broken === undefined && outside.heads.some((head) => (head.from === DATABASE) === database);
  const witnessed = from(false);
  return { ok: broken === undefined, broken, logs, witnessed, summary: summarise(logs, broken, witnessed, from(true)) };
}

function verifyOne(reader: LogReader, log: string, heads: readonly Head[], options: VerifyOptions): LogReport {
  const files = reader.files(log);
  const own = readOwnKey(files);
  return verifyLog(
    log,
    files,
    own === undefined ? [] : (options.keys ?? own),
    heads.filter((head) => head.checkpoint.log === log),
    (segment, segments) => options.progress?.(log, segment, segments),
  );
}

/** The key beside the log; only its exact spelling counts, so that a changed byte shows. */
function readOwnKey(files: LogFiles): KeyObject[] | undefined {
  const text = files.bytes(KEY_FILE).toString('latin1');
  const keys = readPublicKeys(text);
  return keys?.map((key) => key.export({ type: 'spki', format: 'pem' })).join('') === text ? keys : undefined;
}

function readHeads(options: VerifyOptions): { heads: readonly Head[]; broken: Broken | undefined } {
  const heads: Head[] = (options.heads ?? []).map((checkpoint) => ({ checkpoint, from: DATABASE }));
  let broken: Broken | undefined;
  const lines = (options.witness ?? '').split('\n');
  lines.forEach((line, at) => {
    if (line === '') return;
    // A syslog file has a prefix before each message.
    const checkpoint = parseCheckpoint(line.slice(Math.max(0, line.indexOf('{'))).trimEnd());
    if (checkpoint !== undefined) heads.push({ checkpoint, from: `line ${at + 1} of the witness` });
    // The last line may be on its way; a syslog file holds other programs' lines too.
    else if (line.includes('"signature"') && at < lines.length - 1)
      broken ??= { log: '', why: `line ${at + 1} of the witness cannot be read` };
  });
  if (options.witness !== undefined && heads.every((head) => head.from === DATABASE)) {
    broken ??= { log: '', why: 'the witness holds no checkpoint' };
  }
  return { heads, broken };
}

function findMissing(heads: readonly Head[], names: readonly string[]): Broken | undefined {
  const head = heads.find(({ checkpoint }) => !names.includes(checkpoint.log));
  return head === undefined ? undefined : { log: head.checkpoint.log, why: `the whole log is missing; ${head.from} knows it` };
}

function summarise(logs: readonly LogReport[], broken: Broken | undefined, witnessed: boolean, database: boolean): string {
  if (broken !== undefined) return `BROKEN: ${broken.log === '' ? '' : `${broken.log}: `}${broken.why}`;
  const records = logs.reduce((sum, log) => sum + log.records, 0);
  const base = `${records} records in ${logs.length} ${logs.length === 1 ? 'log' : 'logs'}`;
  if (witnessed) return `${base}: consistent, and the witness${database ? ' and the database agree' : ' agrees'}.`;
  return `${base}: internally consistent${database ? ', the database agrees' : ''}, not witnessed.`;
}
