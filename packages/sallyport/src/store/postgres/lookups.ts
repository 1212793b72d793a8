import { createHash } from 'node:crypto';
import pg from 'pg';
import type { TenantId } from '../../kernel/index.ts';
import type { Row } from '../sql.ts';
import { checkStatement, ROLES, SCHEMA, tenantName } from '../statement.ts';
import { ask, boundQuery, endAfter, streamOf } from './query.ts';

export type Lookups = {
  lookup(tenant: TenantId, text: string, params: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
};

export type LookupLimits = {
  /** Milliseconds that the server gives one statement, and that the network gets on top. */
  readonly ask: number;
  readonly grace: number;
  readonly unused: number;
};

/** Connections for look-ups alone, so that none waits behind background work. They answer in a millisecond: more would only wait for each other. */
const MAX_CONNECTIONS = 4;

/**
 * Look-ups over connections of their own: `begin`, the statement and `commit` go out together and are answered together, one way to the server and
 * back where a transaction takes three. Each connection is the role `sallyport_app` from its first statement on and never anything else; the tenant is
 * set for each transaction. What a failed `begin` lets through runs without a tenant and is thrown away.
 */
export function createLookups(config: pg.PoolConfig, limits: LookupLimits): Lookups {
  const pool = new pg.Pool({ ...config, max: MAX_CONNECTIONS, idleTimeoutMillis: limits.unused, pipeline: true });
  pool.on('connect', (client) => client.on('error', () => {}));
  pool.on('error', () => {});
  const ready = new WeakSet<pg.PoolClient>();
  const names = new Map<string, string>();
  const settings = [
    `set search_path to ${SCHEMA}`,
    `set statement_timeout = ${limits.ask}`,
    // A plan that is kept was made when the table was perhaps empty: it must not be one that reads all of it. Nor is any of it worth compiling.
    'set plan_cache_mode = force_generic_plan',
    'set enable_seqscan = off',
    'set jit = off',
    `set role ${ROLES.app}`,
  ].join(';');

  function nameOf(text: string): string {
    let name = names.get(text);
    if (name === undefined) names.set(text, (name = `s_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`));
    return name;
  }

  async function lookup(tenant: TenantId, text: string, params: readonly unknown[]): Promise<Row[]> {
    checkStatement(text, 'app');
    const begin = `begin read only;set local app.tenant = '${tenantName(tenant)}'`;
    // Before a connection is taken: what cannot be sent must leave nothing half sent behind.
    const query = boundQuery(text, params, nameOf(text));
    const client = await pool.connect();
    let broken = true;
    try {
      if (!ready.has(client)) {
        await ask(client, settings, limits.ask + limits.grace);
        ready.add(client);
      }
      return await new Promise<Row[]>((resolve, reject) => {
        let found: Row[] = [];
        let problem: Error | null = null;
        const timer = setTimeout(() => endAfter(client, (error) => (problem ??= error)), limits.ask + limits.grace);
        const note = (error: Error | null): void => void (problem ??= error);
        const stream = streamOf(client);
        stream.cork();
        client.query(begin, note);
        client.query(query, (error: Error | null, result: pg.QueryResult) => {
          if (error === null) found = result.rows as Row[];
          else note(error);
        });
        client.query('commit', (error: Error | null) => {
          clearTimeout(timer);
          broken = error !== null;
          note(error);
          if (problem === null) resolve(found);
          else reject(problem);
        });
        stream.uncork();
      });
    } finally {
      client.release(broken);
    }
  }

  return { lookup, close: () => pool.end() };
}
