import type { Json, JsonObject } from '../../kernel/index.ts';
import { isObject } from '../../kernel/index.ts';
import type { ChangeClass, DefinitionChange, Difference } from './change.ts';
import type { Definition, DefinitionKind, ServerDefinitions, ToolDefinition } from './definition.ts';
import { canonicalDefinition, hashDefinition, withSortedSets } from './hash.ts';
import { Differences, diffSchemas, diffText, equal, howOf, pointer } from './schema_diff.ts';

/** Changes of a whole server that are told one by one. */
export const MAX_CHANGES = 1_000;

/**
 * What differs between the definitions that were pinned and those that a server gives now, each difference classified. Empty exactly when
 * every `hashDefinition` and the instructions are the same. Linear in both; renamed definitions are found by their content.
 */
export function diffDefinitions(pinned: ServerDefinitions, current: ServerDefinitions): DefinitionChange[] {
  const changes: DefinitionChange[] = [];
  if (pinned.instructions !== current.instructions) {
    const found = new Differences();
    diffText(pinned.instructions, current.instructions, '/instructions', found);
    changes.push(...named('instructions', '', found));
  }
  changes.push(...diffLists('tool', pinned.tools, current.tools));
  changes.push(...diffLists('prompt', pinned.prompts, current.prompts));
  changes.push(...diffLists('resource', pinned.resources, current.resources));
  if (changes.length <= MAX_CHANGES) return changes;
  const rest = changes.length - MAX_CHANGES;
  return [
    ...changes.slice(0, MAX_CHANGES),
    { kind: 'tool', name: '', classification: 'other', path: '', detail: `${rest} further changes are not listed.` },
  ];
}

/** What differs between two definitions of the same kind, whatever their names. */
export function diffDefinition(kind: DefinitionKind, pinned: Definition, current: Definition): DefinitionChange[] {
  const found = new Differences();
  const [before, after] = [withSortedSets(pinned as Json, false) as JsonObject, withSortedSets(current as Json, false) as JsonObject];
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    // What goes by its name is told as renamed; a resource goes by its address, and its name is a text like its title.
    const known = kind === 'resource' ? key === 'uri' || key === 'uriTemplate' : key === 'name';
    if (known || equal(before[key], after[key])) continue;
    diffMember(key, before[key], after[key], found);
  }
  return named(kind, keyOf(current), found);
}

function diffMember(key: string, before: Json | undefined, after: Json | undefined, found: Differences): void {
  const path = `/${pointer(key)}`;
  if (key === 'title' || key === 'description' || key === 'name') diffText(before, after, path, found);
  else if (key === 'inputSchema') diffSchemas(before ?? {}, after ?? {}, path, found);
  else if (key === 'outputSchema') diffOutput(before, after, path, found);
  else if (key === 'annotations') diffAnnotations(objectOf(before), objectOf(after), found);
  else if (key === 'arguments') diffText(before, after, path, found);
  else found.add('other', path, `${key} ${howOf(before, after)}.`, before, after);
}

/** What a tool answers is checked as it comes; of its schema only the texts that a model reads matter more than any other change. */
function diffOutput(before: Json | undefined, after: Json | undefined, path: string, found: Differences): void {
  const inner = new Differences();
  diffSchemas(before ?? {}, after ?? {}, path, inner);
  for (const { classification, path: place, detail, before: old, after: now } of inner.list)
    found.add(
      classification === 'imperative_text' || classification === 'wording' ? classification : 'output_schema',
      place,
      detail,
      old,
      now,
    );
  found.more += inner.more;
  if (inner.list.length === 0) found.add('output_schema', path, `${path} ${howOf(before, after)}.`, before, after);
}

// The value of each hint that makes a client careful (MCP ToolAnnotations); what a tool no longer says counts as that.
const CAREFUL: Readonly<Record<string, boolean>> = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: true,
};

function diffAnnotations(before: JsonObject, after: JsonObject, found: Differences): void {
  const rest = [new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((keys) => [...keys]);
  for (const key of rest) {
    if (equal(before[key], after[key])) continue;
    const path = `/annotations/${pointer(key)}`;
    const careful = CAREFUL[key];
    if (key === 'title') diffText(before[key], after[key], path, found);
    else if (careful === undefined || !Object.hasOwn(CAREFUL, key))
      found.add('other', path, `The annotation ${key.slice(0, 80)} ${howOf(before[key], after[key])}.`, before[key], after[key]);
    else {
      const milder = (after[key] ?? careful) !== careful;
      found.add(
        milder ? 'annotations_weakened' : 'annotations_stricter',
        path,
        `The tool ${milder ? 'claims to be milder than before' : 'claims less of itself than before'}: ${key}.`,
        before[key] ?? null,
        after[key] ?? null,
      );
    }
  }
}

function diffLists(kind: DefinitionKind, pinned: readonly Definition[], current: readonly Definition[]): DefinitionChange[] {
  const [before, after] = [byKey(pinned), byKey(current)];
  const gone = [...before].filter(([key]) => !after.has(key));
  const renames = new Renames(gone.map(([, definition]) => definition));
  const changes: DefinitionChange[] = [];
  const taken = new Set<Definition>();
  for (const [key, definition] of after) {
    const old = before.get(key);
    if (old !== undefined) {
      if (hashDefinition(old) !== hashDefinition(definition))
        changes.push(...orOther(kind, definition, diffDefinition(kind, old, definition)));
      continue;
    }
    const was = renames.find(definition, taken);
    if (was === undefined) changes.push(whole(kind, key, 'new', `A ${kind} is new.`, undefined, definition));
    else {
      taken.add(was);
      changes.push({
        ...whole(kind, key, 'renamed', `What was called ${keyOf(was)} is now called ${key}.`, was, definition),
        previousName: keyOf(was),
      });
      changes.push(...diffDefinition(kind, was, definition));
    }
  }
  for (const [, definition] of gone)
    if (!taken.has(definition)) changes.push(whole(kind, keyOf(definition), 'removed', `A ${kind} is gone.`, definition));
  return changes;
}

/** Where the hash differs, at least one change is told. */
function orOther(kind: DefinitionKind, definition: Definition, changes: DefinitionChange[]): DefinitionChange[] {
  return changes.length > 0 ? changes : [whole(kind, keyOf(definition), 'other', 'The definition is another.')];
}

/** Definitions that are gone, to be found again under another name: by the same content, the same text, or the same parameters. */
class Renames {
  readonly #by = new Map<string, Definition[]>();

  constructor(gone: readonly Definition[]) {
    for (const definition of gone)
      for (const key of contentKeys(definition)) {
        const list = this.#by.get(key);
        if (list === undefined) this.#by.set(key, [definition]);
        else list.push(definition);
      }
  }

  find(definition: Definition, taken: ReadonlySet<Definition>): Definition | undefined {
    for (const key of contentKeys(definition)) {
      const list = this.#by.get(key) ?? [];
      // What was taken once stays taken, so dropping it keeps the whole search linear.
      while (list.length > 0 && taken.has(list.at(-1) as Definition)) list.pop();
      if (list.length > 0) return list.at(-1);
    }
    return undefined;
  }
}

/** Shorter texts and schemas of fewer parameters are shared by tools that have nothing to do with each other. */
const TELLING_TEXT = 24;
const TELLING_PARAMETERS = 2;

function contentKeys(definition: Definition): string[] {
  const address = keyOf(definition) !== definition.name;
  const apart = Object.entries({ ...definition, name: '' }).filter(([key]) => key !== 'uri' && key !== 'uriTemplate');
  // Resources that are described by nothing but their type are not taken for each other.
  const telling = !address || definition.description !== undefined;
  const keys = telling ? [`all ${canonicalDefinition(Object.fromEntries(apart) as Definition)}`] : [];
  const { description } = definition;
  if (description !== undefined && description.length >= TELLING_TEXT) keys.push(`text ${description}`);
  const schema = (definition as ToolDefinition).inputSchema as JsonObject | undefined;
  const parameters = schema?.['properties'];
  if (isObject(parameters) && Object.keys(parameters).length >= TELLING_PARAMETERS)
    keys.push(`names ${Object.keys(parameters).sort().join(' ')}`);
  return keys;
}

function byKey(list: readonly Definition[]): Map<string, Definition> {
  return new Map(list.map((one) => [keyOf(one), one]));
}

/** What a definition is known by: its name, of a resource its address. */
export function keyOf(definition: { readonly name: string; readonly uri?: string; readonly uriTemplate?: string }): string {
  return definition.uri ?? definition.uriTemplate ?? definition.name;
}

function named(kind: DefinitionKind, name: string, { list, more }: Differences): DefinitionChange[] {
  const told = list.map((difference: Difference) => ({ kind, name, ...difference }));
  return more === 0 ? told : [...told, whole(kind, name, 'other', `${more} further differences are not listed.`)];
}

function whole(
  kind: DefinitionKind,
  name: string,
  classification: ChangeClass,
  detail: string,
  before?: Definition,
  after?: Definition,
): DefinitionChange {
  const found = new Differences();
  found.add(classification, '', detail, before, after);
  return { kind, name, ...(found.list[0] as Difference) };
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
