import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import type { SqlFault } from '../fault.ts';
import { ROLES, SCHEMA } from '../statement.ts';
import { DurableFS } from './durable_fs.ts';
import { EXIT_BROKEN, EXIT_OPEN_FAILED, EXIT_SYNC_FAILED, type Ask, type Ended, type Rows, type Told } from './messages.ts';
import { createWire, type Outcome, type Step, type Wire } from './wire.ts';

/**
 * The thread that runs PGlite: one connection, one ask after the other. A sync blocks the thread for about half a millisecond and a query
 * cannot be cancelled (single-user mode has no timers), which is why it is a thread of its own that the store may end.
 */

// PGlite's own list without `-F` (no fsync) and `-O` (changes to system tables). `synchronous_commit=off`: the group's flush makes commits durable.
const START = [
  '--single',
  '-j',
  ...[
    `search_path=${SCHEMA}`,
    'exit_on_error=false',
    'log_checkpoints=false',
    'max_worker_processes=0',
    'max_parallel_workers=0',
    'max_parallel_workers_per_gather=0',
    'max_parallel_maintenance_workers=0',
    'io_method=sync',
    'fsync=on',
    'wal_sync_method=fsync',
    'synchronous_commit=off',
    // 180 MB resident instead of 292; what fits here is also in the system's page cache.
    'shared_buffers=16MB',
  ].flatMap((setting) => ['-c', setting]),
];

const BEGIN: Step = { text: 'begin' };
const BEGIN_SNAPSHOT: Step = { text: 'begin isolation level repeatable read, read only' };
const ENTER = { app: { text: `set local role ${ROLES.app}` }, system: { text: `set local role ${ROLES.system}` } };
const TENANT = "select set_config('app.tenant', $1, true)";
const COMMIT: Step = { text: 'commit' };
const ROLLBACK: Step = { text: 'rollback' };
/** Whether the transaction wrote (it has an id only then), and how long the log is. */
const WROTE: Step = {
  text: "select pg_current_xact_id_if_assigned() is not null, (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::float8",
};
/** Writes an empty record and returns when the log is synced up to it (last argument, PostgreSQL 17). */
const FLUSH: Step = { text: "select pg_logical_emit_message(false, 'sallyport', '', true)" };
const CHECKPOINT: Step = { text: 'checkpoint' };
/** Single-user mode has no checkpointer: without ours the log would grow for ever. 32 MiB is two segments, recovered in well under a second. */
const CHECKPOINT_BYTES = 32 * 1024 * 1024;
/** Single-user mode has no autovacuum either. The table with the most dead rows, if they are many and a fifth of it. */
const MOST_DEAD: Step = {
  text: `select quote_ident(schemaname) || '.' || quote_ident(relname) from pg_stat_user_tables
    where n_dead_tup > 1000 and n_dead_tup > 0.2 * n_live_tup order by n_dead_tup desc limit 1`,
};

/**
 * Without statistics a large table is taken for a small one, and every page of it is read and sorted whole: a list of 100,000 events took a second.
 * The table with the most rows that came or changed since it was looked at, if they are many and a fifth of it.
 */
const MOST_CHANGED: Step = {
  text: `select quote_ident(schemaname) || '.' || quote_ident(relname) from pg_stat_user_tables
    where n_mod_since_analyze > 1000 and n_mod_since_analyze > 0.2 * n_live_tup order by n_mod_since_analyze desc limit 1`,
};

const port = parentPort;
const tell = (told: Told): void => port?.postMessage(told);

let walSyncs = 0;
let unflushed = 0;
let checkpointAt = 0;
let logEnd = 0;
let inTransaction = false;
/** Notifications of commits that are not on disk yet: nobody may act on what a power cut would take back. */
let held: { channel: string; payload: string }[] = [];

function notify(channel: string, payload: string): void {
  held.push({ channel, payload });
}

function releaseNotifications(): void {
  if (unflushed > 0) return;
  for (const { channel, payload } of held) tell({ kind: 'notify', channel, payload });
  held = [];
}

async function begin(wire: Wire, ask: Ask & { op: 'begin' }): Promise<undefined> {
  const { scope } = ask;
  const steps: Step[] = [ask.snapshot ? BEGIN_SNAPSHOT : BEGIN];
  if (scope.role === 'app') steps.push({ text: TENANT, params: [scope.tenant] });
  steps.push(ENTER[scope.role]);
  const outcome = await wire.run(steps);
  if (outcome.fault !== undefined) {
    if (outcome.block !== 'idle') await wire.run([ROLLBACK]);
    throw new Refused(outcome.fault);
  }
  inTransaction = true;
  return undefined;
}

async function query(wire: Wire, ask: Ask & { op: 'query' }): Promise<Rows> {
  // Outside a transaction the connection is the superuser's: nothing runs there.
  if (!inTransaction) throw new Refused({ code: '25P01', message: 'no transaction' });
  const outcome = await wire.run([{ text: ask.text, params: ask.params }]);
  if (outcome.fault !== undefined) throw new Refused(outcome.fault);
  const result = outcome.results[0];
  if (outcome.block !== 'open' || result === undefined)
    throw new Refused({ code: '25000', message: 'the statement ended the transaction' });
  return result;
}

async function end(wire: Wire, ask: Ask & { op: 'end' }): Promise<Ended> {
  const syncsBefore = walSyncs;
  let fault: SqlFault | undefined;
  let committed = false;
  let wrote = false;
  if (inTransaction) {
    inTransaction = false;
    const outcome = await wire.run(ask.commit ? [WROTE, COMMIT] : [ROLLBACK]);
    fault = outcome.fault;
    if (outcome.block !== 'idle') await wire.run([ROLLBACK]);
    committed = ask.commit && fault === undefined && outcome.tags[1] === 'COMMIT';
    if (committed) wrote = note(outcome);
  }
  if (ask.flush) await flush(wire);
  releaseNotifications();
  return { committed, wrote, unflushed, syncsBefore, syncs: walSyncs, ...(fault === undefined ? {} : { fault }) };
}

function note(outcome: Outcome): boolean {
  const row = outcome.results[0]?.rows[0];
  logEnd = Number(row?.[1] ?? 0);
  if (row?.[0] === 'f') return false;
  unflushed++;
  return true;
}

async function flush(wire: Wire): Promise<void> {
  if (unflushed === 0) return;
  const before = walSyncs;
  const outcome = await wire.run([FLUSH]);
  // In a failed transaction nothing runs: the caller sees that commits are still unflushed.
  if (outcome.fault !== undefined && inTransaction) return;
  // A flush that did not reach the disk must not be taken for one.
  if (outcome.fault !== undefined || walSyncs === before) process.exit(EXIT_SYNC_FAILED);
  unflushed = 0;
  if (inTransaction || logEnd - checkpointAt < CHECKPOINT_BYTES) return;
  await wire.run([CHECKPOINT]);
  checkpointAt = logEnd;
}

async function flushNow(wire: Wire): Promise<Ended> {
  const syncsBefore = walSyncs;
  await flush(wire);
  releaseNotifications();
  return { committed: false, wrote: false, unflushed, syncsBefore, syncs: walSyncs };
}

async function script(wire: Wire, text: string): Promise<undefined> {
  const outcome = await wire.script(text);
  if (outcome.fault !== undefined) {
    if (outcome.block !== 'idle') await wire.script('rollback');
    throw new Refused(outcome.fault);
  }
  unflushed++;
  await flush(wire);
  return undefined;
}

async function ownerQuery(wire: Wire, ask: Ask & { op: 'owner' }): Promise<Rows> {
  const outcome = await wire.run([{ text: ask.text, params: ask.params }]);
  const result = outcome.results[0];
  if (outcome.fault !== undefined || result === undefined) throw new Refused(outcome.fault ?? {});
  unflushed++;
  await flush(wire);
  return result;
}

async function tidy(wire: Wire): Promise<undefined> {
  const [dead, changed] = (await wire.run([MOST_DEAD, MOST_CHANGED])).results.map(({ rows }) => rows[0]?.[0]);
  if (typeof dead === 'string') await wire.script(`vacuum (analyze) ${dead}`);
  else if (typeof changed === 'string') await wire.script(`analyze ${changed}`);
  return undefined;
}

/** A channel is checked by the caller; quoting is a second fence. */
async function listen(wire: Wire, ask: Ask & { op: 'listen' | 'unlisten' }): Promise<undefined> {
  const outcome = await wire.run([{ text: `${ask.op} "${ask.channel.replaceAll('"', '')}"` }]);
  if (outcome.fault !== undefined) throw new Refused(outcome.fault);
  return undefined;
}

class Refused extends Error {
  readonly fault: SqlFault;
  constructor(fault: SqlFault) {
    super(fault.message);
    this.fault = fault;
  }
}

function answer(db: PGlite, wire: Wire, ask: Ask): Promise<Rows | Ended | undefined> {
  switch (ask.op) {
    case 'begin':
      return begin(wire, ask);
    case 'query':
      return query(wire, ask);
    case 'end':
      return end(wire, ask);
    case 'flush':
      return flushNow(wire);
    case 'script':
      return script(wire, ask.text);
    case 'owner':
      return ownerQuery(wire, ask);
    case 'listen':
    case 'unlisten':
      return listen(wire, ask);
    case 'tidy':
      return tidy(wire);
    default:
      return db.close().then(() => undefined);
  }
}

async function serve(dir: string): Promise<void> {
  const fs = new DurableFS(
    dir,
    (wal) => {
      if (wal) walSyncs++;
    },
    () => process.exit(EXIT_SYNC_FAILED),
  );
  const db = new PGlite({ fs, startParams: START });
  await db.waitReady;
  const wire = createWire(db, notify);
  checkpointAt = logEnd = Number((await wire.run([WROTE])).results[0]?.rows[0]?.[1] ?? 0);
  let tail = Promise.resolve();
  port?.on('message', ({ id, ask }: { id: number; ask: Ask }) => {
    tail = tail
      .then(() => answer(db, wire, ask))
      .then(
        (value) => tell({ kind: 'done', id, value }),
        (error: unknown) => {
          if (!(error instanceof Refused)) process.exit(EXIT_BROKEN);
          tell({ kind: 'fault', id, fault: error.fault });
        },
      );
  });
  tell({ kind: 'ready' });
}

// Importing this file in the main thread does nothing.
if (port !== null) serve((workerData as { dir: string }).dir).catch(() => process.exit(EXIT_OPEN_FAILED));
