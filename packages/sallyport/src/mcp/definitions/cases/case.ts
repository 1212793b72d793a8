import type { Json, JsonObject } from '../../../kernel/index.ts';
import type { DefinitionCheckId } from '../finding.ts';
import type { ToolDefinition } from '../definition.ts';

/** A tool in short: name, description, and its parameters as descriptions or schemas. */
export type ToolCase = readonly [
  name: string,
  description: string,
  parameters?: Readonly<Record<string, string | JsonObject>>,
  more?: JsonObject,
];

/** A tool that must be found, by this check. */
export type PoisonedCase = readonly [check: DefinitionCheckId, tool: ToolCase];

/** The definition that a case stands for. */
export function definitionOf([name, description, parameters = {}, more = {}]: ToolCase): ToolDefinition {
  const properties = Object.entries(parameters).map(([key, given]): [string, Json] => [
    key,
    typeof given === 'string' ? { type: 'string', ...(given === '' ? {} : { description: given }) } : given,
  ]);
  return { name, description, inputSchema: { type: 'object', properties: Object.fromEntries(properties) }, ...more };
}
