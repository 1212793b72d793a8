import { createHash } from 'node:crypto';
import { canonicalJson, isObject, type Json, type JsonObject } from '../../kernel/index.ts';
import type { Definition } from './definition.ts';

/** SHA-256 in hex over the canonical JSON (RFC 8785) of a definition whose sets are sorted: the same definition always gives the same hash. */
export function hashDefinition(definition: Definition): string {
  return createHash('sha256').update(canonicalDefinition(definition)).digest('hex');
}

/** The same for a server's instructions; without any, the hash of the empty text. */
export function hashInstructions(instructions: string | undefined): string {
  return createHash('sha256')
    .update(instructions ?? '')
    .digest('hex');
}

/** The bytes that are pinned. */
export function canonicalDefinition(definition: Definition): string {
  return canonicalJson(withSortedSets(definition as Json, false));
}

// JSON Schema 2020-12, validation, 6.1.1, 6.1.2 and 6.5.3: their order means nothing, and servers that keep them in hash tables change it at every start.
const SETS = new Set(['required', 'enum', 'type']);
/** Below these stand examples of data and no schema: there the order of a list is data. */
const DATA = new Set(['default', 'const', 'examples', 'example']);
/** Below these stand names that the server chose, and not keywords. */
const NAMED = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

/** The value with the sets of its schemas in one order. `names`: its own keys are names, not keywords. */
export function withSortedSets(value: Json, names: boolean): Json {
  if (Array.isArray(value)) return value.map((item) => withSortedSets(item, false));
  if (!isObject(value)) return value;
  const sorted: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (!names && DATA.has(key)) define(sorted, key, item);
    else if (!names && SETS.has(key) && Array.isArray(item)) define(sorted, key, sortedSet(item));
    else define(sorted, key, withSortedSets(item, !names && NAMED.has(key)));
  }
  return sorted;
}

/** A member of any name: assigning `__proto__` would set the prototype and lose it. */
function define(object: JsonObject, key: string, value: Json): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function sortedSet(items: readonly Json[]): Json[] {
  return items
    .map((item) => ({ item, text: canonicalJson(item) }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ item }) => item);
}
