import type pg from 'pg';
import { encodeParam } from '../statement.ts';

type Query = pg.QueryConfig & { readonly queryMode: 'extended'; readonly query_timeout?: number };

/**
 * A statement with parameters, by the extended protocol, which admits one statement only. With a name the connection keeps it and plans it once;
 * texts are constants, so there are few. `limit`: milliseconds after which the network is taken for gone, where the connection has no limit itself.
 */
export function boundQuery(text: string, params: readonly unknown[], name?: string, limit?: number): Query {
  return {
    text,
    values: params.map(encodeBuffer),
    queryMode: 'extended',
    ...(name === undefined ? {} : { name }),
    ...(limit === undefined ? {} : { query_timeout: limit }),
  };
}

/** `pg` takes bytes as Buffer only. */
function encodeBuffer(value: unknown): string | Buffer | null {
  const encoded = encodeParam(value);
  return encoded instanceof Uint8Array ? Buffer.from(encoded.buffer, encoded.byteOffset, encoded.length) : encoded;
}
