import type { Duplex } from 'node:stream';
import type pg from 'pg';
import { encodeParam } from '../statement.ts';

type Query = pg.QueryConfig & { readonly queryMode: 'extended' };

/**
 * A statement with parameters, by the extended protocol, which admits one statement only. With a name the connection keeps it and plans it once;
 * texts are constants, so there are few.
 */
export function boundQuery(text: string, params: readonly unknown[], name?: string): Query {
  return { text, values: params.map(encodeBuffer), queryMode: 'extended', ...(name === undefined ? {} : { name }) };
}

/**
 * The answer of one statement. After `limit` milliseconds the network is taken for gone and the connection ended, unless `limit` is 0.
 * Never by the driver's own promise and time limit. Those set a function to a member of the query, `query.callback = () => ...`: V8 makes such
 * functions old objects at once, and what they reach, all rows with it, stays until the next full collection (a third of what a statement allocates).
 */
export function ask(client: pg.ClientBase, query: string | pg.QueryConfig, limit = 0): Promise<pg.QueryResult> {
  return new Promise((resolve, reject) => {
    const timer = limit === 0 ? undefined : setTimeout(() => endAfter(client, reject), limit);
    client.query(query as pg.QueryConfig, (error: Error | null, result: pg.QueryResult) => {
      clearTimeout(timer);
      if (error === null) resolve(result);
      else reject(error);
    });
  });
}

/** Ends a connection that has not answered in time: what waits for it fails at once. */
export function endAfter(client: pg.ClientBase, tell: (error: Error) => void): void {
  tell(new Error('timeout: the database did not answer in time'));
  streamOf(client).destroy();
}

export function streamOf(client: pg.ClientBase): Duplex {
  return (client as unknown as { connection: { stream: Duplex } }).connection.stream;
}

/** `pg` takes bytes as Buffer only. */
function encodeBuffer(value: unknown): string | Buffer | null {
  const encoded = encodeParam(value);
  return encoded instanceof Uint8Array ? Buffer.from(encoded.buffer, encoded.byteOffset, encoded.length) : encoded;
}
