import type { IncomingHttpHeaders } from 'node:http';
import { isObject, type Json, type JsonObject } from '../../kernel/index.ts';

const BASE64 = /^=\?base64\?([A-Za-z0-9+/=]*)\?=$/;
/** Declarations are looked for in a definition that is bounded itself; this bounds the walk. */
const MAX_DEPTH = 32;

/** A name that a header may have (RFC 9110, token). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
const PRIMITIVES: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean']);

/** Why a tool may not be offered for its marks: "clients MUST reject tool definitions" with others than the specification allows; undefined for one that may. */
export function marksProblem(schema: JsonObject): string | undefined {
  const good = declarationsOf(schema).filter(({ header, type }) => TOKEN.test(header) && PRIMITIVES.has(type));
  const names = new Set(good.map(({ header }) => header.toLowerCase()));
  return good.length === marksIn(schema, 0) && names.size === good.length
    ? undefined
    : 'its x-mcp-header marks are not as the specification allows them';
}

/** All marks of a schema, wherever they stand; a parameter of this name is none. */
function marksIn(value: Json, depth: number): number {
  if (depth > 2 * MAX_DEPTH || typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + marksIn(one, depth + 1), 0);
  return Object.entries(value).reduce(
    (sum, [name, one]) => sum + (name === 'x-mcp-header' && !isObject(one) ? 1 : marksIn(one, depth + 1)),
    0,
  );
}

type Declared = { readonly header: string; readonly path: readonly string[]; readonly type: Json | undefined };
const declared = new WeakMap<JsonObject, readonly Declared[]>();

/** The text of a header of the protocol: encoded where plain text would not do (2026-07-28, "Value encoding"). */
export function headerText(value: string): string {
  const encoded = BASE64.exec(value);
  return encoded === null ? value : Buffer.from(encoded[1] ?? '', 'base64').toString('utf8');
}

/**
 * Whether the headers `Mcp-Param-*` of a call of 2026-07-28 say what its arguments say: each parameter that the tool's schema marks
 * (`x-mcp-header`) stands in its header exactly when it has a value. What a proxy before us decided by must be what is called.
 */
export function paramsAgree(schema: JsonObject, args: JsonObject, headers: IncomingHttpHeaders): boolean {
  return declarationsOf(schema).every(({ header, path }) => {
    const value = valueAt(args, path);
    const said = headers[`mcp-param-${header.toLowerCase()}`];
    if (value === undefined || value === null) return said === undefined;
    if (typeof said !== 'string') return false;
    const text = headerText(said);
    return typeof value === 'number'
      ? text.trim() !== '' && Number(text) === value
      : text === (typeof value === 'string' ? value : JSON.stringify(value));
  });
}

/** Those that stand below `properties` alone, as the specification has them; others are not to be relied on by anybody. */
function declarationsOf(schema: JsonObject): readonly Declared[] {
  const known = declared.get(schema);
  if (known !== undefined) return known;
  const found: Declared[] = [];
  const walk = (at: JsonObject, path: readonly string[]): void => {
    const properties = isObject(at['properties']) && path.length < MAX_DEPTH ? at['properties'] : {};
    for (const [name, below] of Object.entries(properties)) {
      if (!isObject(below)) continue;
      const header = below['x-mcp-header'];
      if (typeof header === 'string' && header !== '') found.push({ header, path: [...path, name], type: below['type'] });
      walk(below, [...path, name]);
    }
  };
  walk(schema, []);
  declared.set(schema, found);
  return found;
}

function valueAt(args: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = args;
  for (const name of path) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}
