import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import { isOpaque } from './fields.ts';
import { get, type Holder, type Line } from './leaf.ts';
import type { ToolDefinition } from './part.ts';

/** Strings up to here (names, enumerations) are joined to one part per definition; longer ones are parts of their own. */
const MAX_JOINED = 64;
/** As for bodies: our walk recurses. */
const MAX_DEPTH = 96;

// Names of JSON Schema (2020-12, and draft 4 to 7) and of tool definitions: what stands under them has meaning, they themselves are no text.
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'type properties required items enum const default description title examples format pattern minimum maximum exclusiveMinimum exclusiveMaximum multipleOf ' +
    'minLength maxLength minItems maxItems uniqueItems minProperties maxProperties additionalProperties patternProperties propertyNames anyOf oneOf allOf not ' +
    'if then else $ref $defs definitions $schema $id $comment $anchor prefixItems contains nullable readOnly writeOnly deprecated dependentRequired ' +
    'dependentSchemas unevaluatedProperties unevaluatedItems contentEncoding contentMediaType name function parameters input_schema output_schema schema strict ' +
    'json_schema custom cache_control ttl defer_loading tools server_label server_url server_description allowed_tools require_approval authorization headers'
  ).split(' '),
);
// Under these the names are chosen by whoever wrote the schema.
const MAPS: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
  'dependentRequired',
  'headers',
]);
// Values that are data of any form: nothing in them is a keyword.
const DATA: ReadonlySet<string> = new Set(['default', 'const', 'examples', 'enum', 'input_examples']);
// The words that `type` has in nearly every schema and tool; any other is read as text.
const TYPE_WORDS: ReadonlySet<string> = new Set('string number integer boolean object array null function custom'.split(' '));

/** Where the strings of a definition go: short ones and names to a line, long ones to a part (false when there is no room for more). */
export type DefinitionSink = { line(line: Line, where: string): void; text(holder: Holder, key: string | number, where: string): boolean };

/**
 * Reads a tool definition or schema: every string and every chosen name becomes a line or a part, except the common type words and
 * credentials for the provider's connectors. False when it could not be read in full.
 */
export function readDefinition(
  sink: DefinitionSink,
  holder: Holder,
  key: string | number,
  where: string,
  depth: number,
  mode: Mode = 'schema',
): boolean {
  const value = get(holder, key);
  if (typeof value === 'string') return mode === 'schema' && isSkipped(key, value) ? true : readText(sink, holder, key, value, where);
  if (value === null || typeof value !== 'object') return true;
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!readDefinition(sink, value, i, `${where}[${i}]`, depth + 1, mode)) return false;
    return true;
  }
  for (const name in value) {
    const at = `${where}.${name}`;
    if (mode !== 'schema' || !KEYWORDS.has(name)) sink.line({ holder: value, key: name, name: true }, at);
    if (!readDefinition(sink, value, name, at, depth + 1, modeBelow(mode, name, value[name]))) return false;
  }
  return true;
}

/** `schema`: names are keywords; `names`: the names of this object were chosen by its writer; `data`: so were all below. */
type Mode = 'schema' | 'names' | 'data';

function modeBelow(mode: Mode, name: string, value: Json | undefined): Mode {
  if (mode === 'data') return 'data';
  // A property that is called `type` or `default` is a schema like any other; a plain string in its place is text.
  if (mode === 'names') return typeof value === 'string' ? 'data' : 'schema';
  if (DATA.has(name)) return 'data';
  return MAPS.has(name) ? 'names' : 'schema';
}

function isSkipped(key: string | number, value: string): boolean {
  if (value === '') return true;
  if (key === 'type') return TYPE_WORDS.has(value);
  return (key === 'authorization' || key === 'authorization_token') && isOpaque(key, value);
}

function readText(sink: DefinitionSink, holder: Holder, key: string | number, value: string, where: string): boolean {
  if (value === '') return true;
  if (value.length > MAX_JOINED || value.includes('\n')) return sink.text(holder, key, where);
  sink.line({ holder, key, name: false }, where);
  return true;
}

// Tools that the client runs although the provider defined them (computer use, editors, shells, memory); by the first word of their type.
const CLIENT_TYPES: ReadonlySet<string> = new Set(
  'function custom namespace computer computer_use_preview computer_use local_shell shell apply_patch bash text_editor memory browser tool'.split(
    ' ',
  ),
);

/** The tools that one entry of `tools` offers: one, or those of a namespace, however deep (the reader bounds the depth). */
export function definitionsOf(tool: JsonObject, where: string): ToolDefinition[] {
  const inner = tool['type'] === 'namespace' ? tool['tools'] : undefined;
  const own = definitionOf(tool, where);
  if (!Array.isArray(inner)) return [own];
  return inner.flatMap((entry, i) => (isObject(entry) ? definitionsOf(entry, `${where}.tools[${i}]`) : []));
}

function definitionOf(tool: JsonObject, where: string): ToolDefinition {
  const spec = isObject(tool['function']) ? tool['function'] : isObject(tool['custom']) ? tool['custom'] : tool;
  return {
    name: firstString(spec['name'], tool['server_label'], tool['mcp_server_name'], tool['type']),
    description: firstString(spec['description'], tool['server_description']),
    where,
    provider: !isClientTool(tool['type']),
    raw: tool,
  };
}

function firstString(...values: readonly (Json | undefined)[]): string {
  for (const value of values) if (typeof value === 'string') return value;
  return '';
}

/** Dated types (`bash_20250124`, `computer_toolset_20260801`) count by what stands before the date. Unknown types are the provider's: their calls may never pass here. */
function isClientTool(type: Json | undefined): boolean {
  if (type === undefined || type === null) return true;
  if (typeof type !== 'string') return false;
  return CLIENT_TYPES.has(type.replace(/(_toolset)?_\d{8}$/, ''));
}
