import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';
import { AppError, type Clock, type Logger, type Secret } from '../../kernel/index.ts';
import { ASK_LIMIT_MS, IDLE_LIMIT_MS, runBody } from '../body.ts';
import type { Engine, Owner, TransactionOptions } from '../engine.ts';
import { fail } from '../errors.ts';
import { sqlError } from '../fault.ts';
import type { Row, Sql } from '../sql.ts';
import { decodeValue, ROLES, SCHEMA, tenantName, type Scope } from '../statement.ts';
import { createListener } from './listener.ts';
import { createLookups } from './lookups.ts';
import { ask, boundQuery } from './query.ts';

export type PostgresOptions = {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Milliseconds that one statement may take; default 30 s, as on PGlite. */
  readonly askLimit?: number;
  /** Milliseconds that a transaction may wait for its own program; default 60 s. */
  readonly idleLimit?: number;
  /** How many milliseconds longer than the server's own limit the client waits; default 5 s. */
  readonly networkGrace?: number;
};

/** Connections of one process: the gate's hot path needs none, so this serves its background work and the control port. */
const MAX_CONNECTIONS = 10;
const CONNECT_LIMIT_MS = 5_000;
/** After the server's own limit and this the network is taken for gone. */
const NETWORK_GRACE_MS = 5_000;
const CLOSED = 'the store is closed';
/** Connections that are unused for this long are closed. */
const UNUSED_MS = 30_000;
/** 15: security_invoker views and no CREATE for everybody in `public`. */
const MIN_VERSION = 150_000;
/** The migration lock: 'sallyport' in ASCII, cut to 63 bits. */
const MIGRATION_LOCK = '8314879786870401650';

const TYPES: pg.CustomTypesConfig = { getTypeParser: (oid: number) => (text: string) => decodeValue(oid, text) };

/** What a PostgreSQL connection is made from. The address is read here, once: no error may carry it, for it holds the password. */
export function connectionConfig(url: Secret): pg.ClientConfig {
  const text = url.reveal();
  if (!/^postgres(?:ql)?:\/\//.test(text) || !URL.canParse(text)) throw fail('STORE_URL_INVALID');
  return {
    connectionString: text,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    keepAlive: true,
    application_name: 'sallyport',
    types: TYPES,
  };
}

/** PostgreSQL 15 or newer at `url`. TLS as the address says (`sslmode=verify-full` checks the name and the certificate). */
export async function openPostgres(url: Secret, options: PostgresOptions): Promise<Engine> {
  const { logger, askLimit = ASK_LIMIT_MS, idleLimit = IDLE_LIMIT_MS, networkGrace = NETWORK_GRACE_MS } = options;
  const config = connectionConfig(url);
  warnPlainText(url, logger);
  const pool = new pg.Pool({ ...config, max: MAX_CONNECTIONS, idleTimeoutMillis: UNUSED_MS });
  // A connection in use that breaks says so to the statement that is running, or to the next one; without a listener it would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  // An idle connection that breaks is reported here; the pool opens another when one is needed.
  pool.on('error', (error) => logger.warn('a database connection was lost', { reason: codeOf(error) }));
  const lookups = createLookups(config, { ask: askLimit, grace: networkGrace, unused: UNUSED_MS });
  const nested = new AsyncLocalStorage<{ open: boolean }>();
  const listener = createListener(config, logger);
  let closed = false;

  /** With parameters the extended protocol, which admits one statement; without, the simple one, for our own constant texts. */
  async function run(client: pg.ClientBase, text: string, params?: readonly unknown[]): Promise<pg.QueryResult> {
    try {
      return await ask(client, params === undefined ? text : boundQuery(text, params), askLimit + networkGrace);
    } catch (error) {
      throw asSqlError(error);
    }
  }

  async function connect(): Promise<pg.PoolClient> {
    if (closed) throw fail('STORE_UNAVAILABLE', { detail: CLOSED });
    return pool.connect().catch((error: unknown) => {
      throw unavailable(error);
    });
  }

  async function transaction<T>(scope: Scope, kind: TransactionOptions, fn: (sql: Sql) => Promise<T>): Promise<T> {
    if (nested.getStore()?.open === true) throw fail('STORE_NESTED');
    const start = beginText(scope, kind, askLimit, idleLimit);
    const client = await connect();
    const state = { open: true };
    let broken = false;
    try {
      await run(client, start);
      const value = await runBody(
        { scope, state, limit: idleLimit },
        async (text, params) => (await run(client, text, params)).rows as Row[],
        (sql) => nested.run(state, () => fn(sql)),
      );
      const { command } = await run(client, 'commit');
      if (command !== 'COMMIT') throw fail('STORE_QUERY_FAILED', { detail: 'a statement had failed, so nothing was committed' });
      return value;
    } catch (error) {
      state.open = false;
      // A connection that cannot even roll back is not used again.
      broken = await run(client, 'rollback').then(
        () => false,
        () => true,
      );
      throw error;
    } finally {
      state.open = false;
      client.release(broken);
    }
  }

  async function owner<T>(fn: (owner: Owner) => Promise<T>): Promise<T> {
    const client = await connect();
    try {
      await run(client, `set search_path to ${SCHEMA}`);
      await run(client, `select pg_advisory_lock(${MIGRATION_LOCK})`);
      return await fn(ownerOf((text, params) => run(client, text, params)));
    } finally {
      // Ends the session, and with it the lock and the settings.
      client.release(true);
    }
  }

  await owner(requireVersion).catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  return {
    kind: 'postgres',
    transaction,
    async lookup(tenant, text, params) {
      if (nested.getStore()?.open === true) throw fail('STORE_NESTED');
      if (closed) throw fail('STORE_UNAVAILABLE', { detail: CLOSED });
      return lookups.lookup(tenant, text, params).catch((error: unknown) => {
        throw error instanceof AppError ? error : asSqlError(error);
      });
    },
    owner,
    listen: (channel, on) => listener.listen(channel, on),
    async ping() {
      await transaction({ role: 'system' }, {}, (sql) => sql.query('select 1'));
    },
    async close() {
      if (closed) return;
      closed = true;
      await listener.close();
      await Promise.all([pool.end(), lookups.close()]);
    },
  };
}

/** Everything that opens a transaction, in one message: names are constants and the tenant has passed its pattern. */
function beginText(scope: Scope, { snapshot }: TransactionOptions, askLimit: number, idleLimit: number): string {
  return [
    snapshot === true ? 'begin isolation level repeatable read, read only' : 'begin',
    `set local search_path to ${SCHEMA}`,
    `set local statement_timeout = ${askLimit}`,
    // Later than our own limit: this one is for a process that is gone without its connection having noticed.
    `set local idle_in_transaction_session_timeout = ${idleLimit + NETWORK_GRACE_MS}`,
    ...(scope.role === 'app' ? [`set local app.tenant = '${tenantName(scope.tenant)}'`] : []),
    `set local role ${ROLES[scope.role]}`,
  ].join(';');
}

function asSqlError(error: unknown): Error {
  if (error instanceof pg.DatabaseError) return sqlError(error);
  return unavailable(error);
}

/** Network faults: the code (ECONNREFUSED, ...) says enough; the message may hold the address. A refused login is no network fault but equally final. */
function unavailable(error: unknown): Error {
  return fail('STORE_UNAVAILABLE', { detail: codeOf(error) });
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string') return code;
  return error instanceof Error && /time-?out/i.test(error.message) ? 'timeout' : 'connection lost';
}

function ownerOf(run: (text: string, params?: readonly unknown[]) => Promise<pg.QueryResult>): Owner {
  return {
    async script(text) {
      try {
        await run(text);
      } catch (error) {
        await run('rollback').catch(() => {});
        throw error;
      }
    },
    query: async <R extends Row>(text: string, params: readonly unknown[] = []) => (await run(text, params)).rows as R[],
  };
}

async function requireVersion(owner: Owner): Promise<void> {
  const [row] = await owner.query<{ version: number }>("select current_setting('server_version_num')::int as version");
  if (row === undefined || row.version < MIN_VERSION)
    throw fail('STORE_VERSION', { say: `Its version number is ${row?.version ?? 'unknown'}.` });
}

/** Passwords and rows in clear text belong on this machine only. */
function warnPlainText(url: Secret, logger: Logger): void {
  const { hostname, searchParams } = new URL(url.reveal());
  const local =
    hostname === '' ||
    hostname === 'localhost' ||
    hostname === '[::1]' ||
    hostname.startsWith('127.') ||
    (searchParams.get('host') ?? '').startsWith('/');
  if (!local && !searchParams.has('sslmode'))
    logger.warn('the connection to PostgreSQL is not encrypted: add sslmode=verify-full to the address');
}
