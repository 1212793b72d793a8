import { isObject, type Json, type JsonObject } from '../../kernel/index.ts';
import type { Definition, DefinitionKind, ServerDefinitions } from './definition.ts';

/**
 * One text of a definition that a model may read. `name`: names of tools, parameters, prompts; `prose`: descriptions, titles and whatever
 * else is text; `value`: defaults, enumerations, examples. `path` is a JSON pointer into the definition.
 */
export type DefinitionText = {
  readonly role: 'name' | 'prose' | 'value';
  readonly path: string;
  readonly text: string;
  /** The parameter that the text is about. */
  readonly parameter: string | undefined;
};

/** The text of the keywords of a schema that stand for a value. */
const VALUES = new Set(['default', 'const', 'enum', 'examples', 'example']);
/** Objects whose keys are names that the server chose. */
const NAMED = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

/** Every text of one definition, names of parameters too. The walk is bounded by the reading's `MAX_DEPTH` and `MAX_VALUES`. */
export function textsOf(definition: Definition): DefinitionText[] {
  const texts: DefinitionText[] = [];
  for (const [key, value] of Object.entries(definition) as [string, Json][]) {
    if (key === 'name') texts.push({ role: 'name', path: '/name', text: value as string, parameter: undefined });
    else if (key === 'arguments') collectArguments(value, texts);
    else collect(value, { path: `/${key}`, role: 'prose', parameter: undefined, named: false }, texts);
  }
  return texts;
}

/** Instructions and definitions of a server, one after the other. */
export function* everyDefinition(definitions: ServerDefinitions): Generator<{ kind: DefinitionKind; definition: Definition }> {
  for (const definition of definitions.tools) yield { kind: 'tool', definition };
  for (const definition of definitions.prompts) yield { kind: 'prompt', definition };
  for (const definition of definitions.resources) yield { kind: 'resource', definition };
}

type At = { readonly path: string; readonly role: DefinitionText['role']; readonly parameter: string | undefined; readonly named: boolean };

function collect(value: Json, at: At, texts: DefinitionText[]): void {
  if (typeof value === 'string') texts.push({ role: at.role, path: at.path, text: value, parameter: at.parameter });
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) collect(item, { ...at, path: `${at.path}/${index}`, named: false }, texts);
  else if (isObject(value)) for (const [key, item] of Object.entries(value)) member(key, item, at, texts);
}

function member(key: string, value: Json, at: At, texts: DefinitionText[]): void {
  const path = `${at.path}/${key.slice(0, 80).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const parameter = at.named ? key : at.parameter;
  // Keys of data are as much text as names of parameters are.
  if (at.named || at.role === 'value') texts.push({ role: 'name', path, text: key, parameter });
  const role = at.role === 'value' || (!at.named && VALUES.has(key)) ? 'value' : 'prose';
  collect(value, { path, role, parameter, named: !at.named && role === 'prose' && NAMED.has(key) }, texts);
}

/** Arguments of a prompt: a list of names with descriptions. */
function collectArguments(value: Json, texts: DefinitionText[]): void {
  for (const [index, argument] of (value as JsonObject[]).entries()) {
    const name = typeof argument['name'] === 'string' ? argument['name'] : '';
    for (const [key, item] of Object.entries(argument))
      collect(
        item,
        { path: `/arguments/${index}/${key.slice(0, 80)}`, role: key === 'name' ? 'name' : 'prose', parameter: name, named: false },
        texts,
      );
  }
}
