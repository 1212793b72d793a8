import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Logger } from '../../kernel/index.ts';
import { IDLE_LIMIT_MS, runBody } from '../body.ts';
import { CHANNEL, type Engine, type Owner, type TransactionOptions } from '../engine.ts';
import { fail } from '../errors.ts';
import { sqlError } from '../fault.ts';
import type { Row, Sql } from '../sql.ts';
import { decodeValue, encodeParam, tenantName, type Scope } from '../statement.ts';
import { createGroup, type Acknowledged } from './group.ts';
import { CLOSED, openLink, type Link } from './link.ts';
import { BEAT_MS, takeLock } from './lock.ts';
import type { Ended, Rows } from './messages.ts';
import { ensureDatabase } from './template.ts';
import { createTurns } from './turns.ts';

export type PgliteOptions = {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Milliseconds that one statement may take; default 30 s. */
  readonly askLimit?: number;
  /** Milliseconds that a transaction may wait for its own program; default 60 s. */
  readonly idleLimit?: number;
  /** Milliseconds between two looks for dead rows; default 5 min. */
  readonly tidyInterval?: number;
  readonly onAcknowledged?: (seen: Acknowledged) => void;
  readonly threadFile?: URL;
};

/** Closing writes a last checkpoint of at most 16 MiB of buffers; a process was once seen to stay for minutes. */
const CLOSE_LIMIT_MS = 10_000;
/** How often the tables are looked at: for dead rows, and for statistics that have become old. */
const TIDY_MS = 60_000;

/**
 * Embedded PostgreSQL in `dir/store`, for one process (lock: `dir/store.lock`). When its thread ends (a statement over its limit, a failed
 * sync) whatever was under way rejects STORE_UNAVAILABLE and the next transaction opens it anew, through PostgreSQL's own crash recovery.
 */
export async function openPglite(dir: string, options: PgliteOptions): Promise<Engine> {
  const { logger, clock } = options;
  await ensureFolder(dir);
  const lock = await takeLock(join(dir, 'store.lock'), clock);
  const turns = createTurns();
  const nested = new AsyncLocalStorage<{ open: boolean }>();
  const listeners = new Map<string, Set<(payload: string) => void>>();
  let link: Promise<Link>;
  let closed: string | undefined;

  const start = (): Promise<Link> =>
    openLink({
      dir: join(dir, 'store'),
      logger,
      onNotify: (channel, payload) => listeners.get(channel)?.forEach((on) => on(payload)),
      ...(options.askLimit === undefined ? {} : { askLimit: options.askLimit }),
      ...(options.threadFile === undefined ? {} : { threadFile: options.threadFile }),
    });
  try {
    await ensureDatabase(join(dir, 'store'), logger);
    link = start();
    await link;
  } catch (error) {
    await lock.release();
    throw error;
  }

  /** The living thread; called only by whoever has the turn, so that one thread at most is opened. */
  async function live(): Promise<Link> {
    if (closed !== undefined) throw fail('STORE_UNAVAILABLE', { detail: closed });
    const present = await link.catch(() => undefined);
    if (present?.alive === true) return present;
    link = start();
    link.catch(() => {});
    const opened = await link;
    for (const channel of listeners.keys()) await opened.ask({ op: 'listen', channel });
    // What was notified in between is lost.
    for (const set of listeners.values()) set.forEach((on) => on(''));
    return opened;
  }

  const group = createGroup({
    clock,
    waiting: () => turns.waiting,
    flush: async () => (await (await link).ask({ op: 'flush' })) as Ended,
    onAcknowledged: options.onAcknowledged,
  });

  async function transaction<T>(scope: Scope, { snapshot = false }: TransactionOptions, fn: (sql: Sql) => Promise<T>): Promise<T> {
    if (nested.getStore()?.open === true) throw fail('STORE_NESTED');
    if (scope.role === 'app') tenantName(scope.tenant);
    const done = await turns.take();
    const state = { open: true };
    try {
      const present = await live();
      const begun = present.ask({ op: 'begin', scope, snapshot });
      // Not awaited here: the first statement travels behind it, and fails when it failed.
      begun.catch(() => {});
      const end = (commit: boolean, flush: boolean): Promise<Ended> => {
        state.open = false;
        return present.ask({ op: 'end', commit, flush }) as Promise<Ended>;
      };
      let value: T;
      try {
        value = await runBody(
          { scope, state, limit: options.idleLimit ?? IDLE_LIMIT_MS },
          async (text, params) => rowsOf((await present.ask({ op: 'query', text, params: params.map(encodeParam) })) as Rows),
          (sql) => nested.run(state, () => fn(sql)),
        );
        await begun;
      } catch (error) {
        await group.finish(false, turns.waiting, (flush) => end(false, flush)).catch(() => {});
        throw error;
      }
      const ended = group.finish(true, turns.waiting, (flush) => end(true, flush));
      // The next transaction need not wait for this one's flush.
      done();
      requireCommitted(await ended);
      return value;
    } finally {
      state.open = false;
      done();
    }
  }

  async function exclusive<T>(fn: (present: Link) => Promise<T>): Promise<T> {
    const done = await turns.take();
    try {
      return await fn(await live());
    } finally {
      done();
    }
  }

  async function close(why: string): Promise<void> {
    if (closed !== undefined) return;
    const done = await turns.take();
    closed = why;
    clearInterval(heart);
    clearInterval(broom);
    const present = await link.catch(() => undefined);
    if (present?.alive === true) {
      const timer = setTimeout(() => void present.kill(CLOSED), CLOSE_LIMIT_MS);
      await present.ask({ op: 'close' }).catch(() => {});
      clearTimeout(timer);
      await present.kill(CLOSED);
    }
    await lock.release();
    done();
  }

  async function beat(): Promise<void> {
    if (await lock.beat()) return;
    // Another process took the folder over (this one slept for long on a shared volume): stop before both write.
    logger.error('the lock of the data folder was lost');
    closed = 'the lock of the data folder was lost';
    await (await link).kill(closed);
  }

  async function tidy(): Promise<void> {
    if (turns.waiting === 0 && closed === undefined) await exclusive((present) => present.ask({ op: 'tidy' }));
  }

  const warn = (what: string) => (error: unknown) => logger.warn(what, { reason: error instanceof Error ? error.message : String(error) });
  const heart = setInterval(() => void beat().catch(warn('the lock could not be renewed')), BEAT_MS).unref();
  const broom = setInterval(() => void tidy().catch(warn('the tables could not be tidied')), options.tidyInterval ?? TIDY_MS).unref();

  return {
    kind: 'pglite',
    transaction,
    lookup: (tenant, text, params) => transaction({ role: 'app', tenant }, {}, (sql) => sql.query(text, params)),
    owner: (fn) => exclusive((present) => fn(ownerOf(present))),
    async listen(channel, on) {
      if (!CHANNEL.test(channel)) throw fail('STORE_STATEMENT_REFUSED', { detail: 'channel name' });
      await exclusive(async (present) => {
        const set = listeners.get(channel) ?? new Set();
        if (set.size === 0) await present.ask({ op: 'listen', channel });
        set.add(on);
        listeners.set(channel, set);
      });
      return async () => {
        listeners.get(channel)?.delete(on);
        if (listeners.get(channel)?.size !== 0 || closed !== undefined) return;
        listeners.delete(channel);
        await exclusive((present) => present.ask({ op: 'unlisten', channel }));
      };
    },
    async ping() {
      await transaction({ role: 'system' }, {}, (sql) => sql.query('select 1'));
    },
    close: () => close('the store is closed'),
  };
}

function requireCommitted(ended: Ended): void {
  if (ended.fault !== undefined) throw sqlError(ended.fault);
  if (!ended.committed) throw fail('STORE_QUERY_FAILED', { detail: 'a statement had failed, so nothing was committed' });
}

function ownerOf(link: Link): Owner {
  return {
    async script(text) {
      await link.ask({ op: 'script', text });
    },
    async query<R extends Row>(text: string, params: readonly unknown[] = []) {
      return rowsOf<R>((await link.ask({ op: 'owner', text, params: params.map(encodeParam) })) as Rows);
    },
  };
}

function rowsOf<R extends Row>({ fields, rows }: Rows): R[] {
  return rows.map((values) => {
    const row: Row = {};
    fields.forEach(([name, oid], index) => {
      const value = values[index];
      row[name] = value === null || value === undefined ? null : decodeValue(oid, value);
    });
    return row as R;
  });
}

/** The data folder, made for its owner alone. In one where others may write they could replace ours: refused rather than changed. */
async function ensureFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const { mode } = await stat(dir);
  if (process.platform !== 'win32' && (mode & 0o022) !== 0) throw fail('STORE_FOLDER_OPEN', { say: dir });
}
