import { parseTenantId, type TenantId } from '../kernel/index.ts';
import { fail } from './errors.ts';

/** What the driver is given: text format, or bytes for bytea. */
export type Encoded = string | Uint8Array | null;

/** Who a transaction acts as. */
export type Scope = { readonly role: 'app'; readonly tenant: TenantId } | { readonly role: 'system' };

/** The two roles of DESIGN 5: `app` obeys row-level security, `system` passes it. */
export const ROLES = { app: 'sallyport_app', system: 'sallyport_system' } as const;

/** The schema of all our tables: a database that is shared with other programs keeps theirs apart. */
export const SCHEMA = 'sallyport';

// What a transaction of each role is for. `set`, `reset`, `do`, `copy` and transaction control are not among them: `reset role` inside a
// transaction would leave the tenant (measured on PGlite), and the extended protocol admits one statement only, so the first word decides.
const ALLOWED = {
  app: new Set(['select', 'insert', 'update', 'delete', 'with', 'merge', 'values']),
  system: new Set(['select', 'insert', 'update', 'delete', 'with', 'merge', 'values', 'lock', 'declare', 'fetch', 'close']),
};

/**
 * Refuses a statement that could leave its transaction's role or tenant: another first word than the listed ones, or the function that
 * changes settings. Texts are constants of this program; this guards against a mistake and a careless concatenation.
 */
export function checkStatement(text: string, role: Scope['role']): void {
  const word = /^\s*([a-z]+)\b/i.exec(text)?.[1]?.toLowerCase() ?? '';
  if (!ALLOWED[role].has(word)) throw fail('STORE_STATEMENT_REFUSED', { detail: `first word '${word}' as ${role}` });
  // U&"..." can spell any name with escapes; nothing of ours needs it.
  if (/set_config|u&"/i.test(text)) throw fail('STORE_STATEMENT_REFUSED', { detail: 'changes settings' });
}

/** The tenant's name as it may stand in a SQL literal; a value that did not come from `parseTenantId` is refused. */
export function tenantName(tenant: TenantId): string {
  const checked = parseTenantId(tenant);
  if (checked === undefined) throw fail('STORE_STATEMENT_REFUSED', { detail: 'not a tenant name' });
  return checked;
}

/** A parameter in PostgreSQL's text format (bytes stay bytes); both drivers get the same. */
export function encodeParam(value: unknown): Encoded {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'undefined':
      return null;
    case 'object':
      if (value === null || value instanceof Uint8Array) return value;
      return Array.isArray(value) ? arrayLiteral(value) : JSON.stringify(value);
    default:
      throw fail('STORE_STATEMENT_REFUSED', { detail: `parameter of type ${typeof value}` });
  }
}

/** `{...}` of https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO; every element is quoted, so `NULL` and braces stay text. */
function arrayLiteral(values: readonly unknown[]): string {
  const elements = values.map((value) => {
    if (value === null || value === undefined) return 'NULL';
    if (value instanceof Uint8Array) return `"\\\\x${Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex')}"`;
    if (typeof value === 'object') throw fail('STORE_STATEMENT_REFUSED', { detail: 'array of objects: pass JSON text' });
    return `"${String(encodeParam(value)).replace(/["\\]/g, '\\$&')}"`;
  });
  return `{${elements.join(',')}}`;
}

// Object identifiers of the built-in types, fixed in PostgreSQL's pg_type.dat.
const BOOL = 16;
const BYTEA = 17;
const INT8 = 20;
const INT2 = 21;
const INT4 = 23;
const OID = 26;
const JSON_TYPE = 114;
const FLOAT4 = 700;
const FLOAT8 = 701;
const NUMERIC = 1700;
const JSONB = 3802;
const ARRAYS: Readonly<Record<number, number>> = { 1000: BOOL, 1001: BYTEA, 1005: INT2, 1007: INT4, 1009: 25, 1015: 25, 1016: INT8 };

/** A value in PostgreSQL's text format as the type named in `Sql` says. */
export function decodeValue(oid: number, text: string): unknown {
  switch (oid) {
    case BOOL:
      return text === 't';
    case INT2:
    case INT4:
    case OID:
    case FLOAT4:
    case FLOAT8:
      return Number(text);
    case INT8:
    case NUMERIC: {
      const number = Number(text);
      return Number.isSafeInteger(number) && String(number) === text ? number : text;
    }
    case BYTEA:
      return Buffer.from(text.slice(2), 'hex');
    case JSON_TYPE:
    case JSONB:
      return JSON.parse(text);
    default: {
      const element = ARRAYS[oid];
      return element === undefined ? text : decodeArray(element, text);
    }
  }
}

/** One-dimensional arrays; an element in quotes is never NULL. */
function decodeArray(element: number, text: string): unknown[] {
  const values: unknown[] = [];
  const item = /"((?:[^"\\]|\\.)*)"|([^,{}"]+)/gs;
  for (const match of text.slice(1, -1).matchAll(item)) {
    const quoted = match[1];
    if (quoted !== undefined) values.push(decodeValue(element, quoted.replace(/\\(.)/gs, '$1')));
    else values.push(match[2] === 'NULL' ? null : decodeValue(element, match[2] ?? ''));
  }
  return values;
}
