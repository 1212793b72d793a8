import { isObject, type Json, type JsonObject } from '../../kernel/index.ts';
import {
  MAX_DEFINITION_CHARS,
  MAX_DEFINITIONS,
  MAX_DEPTH,
  MAX_NAME,
  MAX_SERVER_CHARS,
  MAX_VALUES,
  type DefinitionKind,
  type PromptDefinition,
  type ResourceDefinition,
  type ServerDefinitions,
  type ToolDefinition,
} from './definition.ts';

/** What a server answered to its lists, as it came (parsed JSON). `resources` may hold templates too. */
export type RawDefinitions = {
  readonly instructions?: unknown;
  readonly tools?: unknown;
  readonly prompts?: unknown;
  readonly resources?: unknown;
};

/** A definition that was left out, and why in plain words. `name` is cut and may be empty. */
export type DefinitionProblem = { readonly kind: DefinitionKind; readonly name: string; readonly reason: string };
export type ReadDefinitions = { readonly definitions: ServerDefinitions; readonly problems: readonly DefinitionProblem[] };

/** Problems that are told one by one; the rest is counted. */
const MAX_PROBLEMS = 100;
/** Characters of a name in a problem. */
const SHOWN_NAME = 80;

/**
 * The strict reading of what a server says about itself: known members of the right type, unique names, bounded size, depth and count,
 * well-formed Unicode. What does not fit is left out and said, one by one: a bad tool does not take the good ones with it. Never throws.
 */
export function readDefinitions(raw: RawDefinitions): ReadDefinitions {
  const reader = new DefinitionReader();
  const instructions = reader.text('instructions', raw.instructions);
  const definitions: ServerDefinitions = {
    ...(instructions === undefined || instructions === '' ? {} : { instructions }),
    tools: reader.all('tool', raw.tools, toolOf),
    prompts: reader.all('prompt', raw.prompts, promptOf),
    resources: reader.all('resource', raw.resources, resourceOf),
  };
  return { definitions, problems: reader.problems() };
}

class DefinitionReader {
  readonly #problems: DefinitionProblem[] = [];
  #more = 0;
  #chars = 0;

  text(kind: DefinitionKind, value: unknown): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') return this.#left(kind, '', 'is not a text');
    if (value.length > MAX_DEFINITION_CHARS) return this.#left(kind, '', `is longer than ${MAX_DEFINITION_CHARS} characters`);
    if (!value.isWellFormed()) return this.#left(kind, '', 'is not well-formed Unicode');
    this.#chars += value.length;
    return value;
  }

  all<T extends { readonly name: string }>(kind: DefinitionKind, list: unknown, of: (object: JsonObject) => T | string): T[] {
    if (list === undefined || list === null) return [];
    if (!Array.isArray(list)) {
      this.#left(kind, '', 'the list is not a list');
      return [];
    }
    const read: T[] = [];
    const keys = new Set<string>();
    for (const item of list.slice(0, MAX_DEFINITIONS) as unknown[]) {
      const definition = this.#one(kind, item, of);
      if (definition === undefined) continue;
      const key = keyOf(definition);
      if (keys.has(key)) this.#left(kind, definition.name, 'its name is there twice');
      else {
        keys.add(key);
        read.push(definition);
      }
    }
    if (list.length > MAX_DEFINITIONS) this.#left(kind, '', `${list.length - MAX_DEFINITIONS} beyond the first ${MAX_DEFINITIONS}`);
    return read;
  }

  #one<T>(kind: DefinitionKind, item: unknown, of: (object: JsonObject) => T | string): T | undefined {
    if (!isObject(item)) return this.#left(kind, '', 'is not an object');
    const name = typeof item['name'] === 'string' ? item['name'] : '';
    const size = sizeOf(item);
    if (typeof size === 'string') return this.#left(kind, name, size);
    if (this.#chars + size > MAX_SERVER_CHARS)
      return this.#left(kind, name, `the server's definitions together are longer than ${MAX_SERVER_CHARS} characters`);
    if (name === '' || name.length > MAX_NAME) return this.#left(kind, name, `its name is empty or longer than ${MAX_NAME} characters`);
    const definition = of(item);
    if (typeof definition === 'string') return this.#left(kind, name, definition);
    this.#chars += size;
    return definition;
  }

  #left(kind: DefinitionKind, name: string, reason: string): undefined {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ kind, name: name.slice(0, SHOWN_NAME).toWellFormed(), reason });
    else this.#more++;
    return undefined;
  }

  problems(): readonly DefinitionProblem[] {
    return this.#more === 0 ? this.#problems : [...this.#problems, { kind: 'tool', name: '', reason: `${this.#more} further problems` }];
  }
}

/** Prompts and tools are known by name, resources by address: several may have the same name. */
function keyOf(definition: { readonly name: string; readonly uri?: string; readonly uriTemplate?: string }): string {
  return definition.uri ?? definition.uriTemplate ?? definition.name;
}

/** Characters of a value, or why it is not taken. Without recursion: nesting is what is being measured. */
function sizeOf(value: Json): number | string {
  let chars = 0;
  let values = 0;
  const open: { value: Json; depth: number }[] = [{ value, depth: 1 }];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (++values > MAX_VALUES) return `has more than ${MAX_VALUES} values`;
    if (one.depth > MAX_DEPTH) return `is nested deeper than ${MAX_DEPTH}`;
    if (typeof one.value === 'string') {
      chars += one.value.length;
      if (!one.value.isWellFormed()) return 'is not well-formed Unicode';
    } else if (typeof one.value === 'object' && one.value !== null) {
      const members = Object.entries(one.value);
      if (members.length > MAX_VALUES) return `has more than ${MAX_VALUES} values`;
      for (const [key, item] of members) {
        chars += key.length;
        if (!key.isWellFormed()) return 'is not well-formed Unicode';
        if (item !== undefined) open.push({ value: item, depth: one.depth + 1 });
      }
    } else if (typeof one.value === 'number' && !Number.isFinite(one.value)) return 'has a number that JSON cannot hold';
    if (chars > MAX_DEFINITION_CHARS) return `is longer than ${MAX_DEFINITION_CHARS} characters`;
  }
  return chars;
}

function toolOf(object: JsonObject): ToolDefinition | string {
  const texts = textsOf(object, ['title', 'description']);
  if (typeof texts === 'string') return texts;
  const { inputSchema } = object;
  if (!isObject(inputSchema)) return 'its inputSchema is not an object';
  const objects: Record<string, JsonObject> = {};
  for (const key of ['outputSchema', 'annotations', 'execution']) {
    const value = object[key];
    if (value === undefined || value === null) continue;
    if (!isObject(value)) return `its ${key} is not an object`;
    objects[key] = value;
  }
  return { name: object['name'] as string, ...texts, inputSchema, ...objects };
}

function promptOf(object: JsonObject): PromptDefinition | string {
  const texts = textsOf(object, ['title', 'description']);
  if (typeof texts === 'string') return texts;
  const list = object['arguments'];
  if (list === undefined || list === null) return { name: object['name'] as string, ...texts };
  if (!Array.isArray(list) || !list.every(isObject)) return 'its arguments are not a list of objects';
  return { name: object['name'] as string, ...texts, arguments: list };
}

function resourceOf(object: JsonObject): ResourceDefinition | string {
  const texts = textsOf(object, ['uri', 'uriTemplate', 'title', 'description', 'mimeType']);
  if (typeof texts === 'string') return texts;
  if (texts['uri'] === undefined && texts['uriTemplate'] === undefined) return 'has no address';
  return { name: object['name'] as string, ...texts };
}

function textsOf(object: JsonObject, keys: readonly string[]): Record<string, string> | string {
  const texts: Record<string, string> = {};
  for (const key of keys) {
    const value = object[key];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string') return `its ${key} is not a text`;
    texts[key] = value;
  }
  return texts;
}
