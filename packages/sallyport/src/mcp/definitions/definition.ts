import type { JsonObject } from '../../kernel/index.ts';

/**
 * What a tool declares about itself (MCP `Tool`, specifications 2025-06-18 to 2026-07-28). Only these members are pinned and only these are
 * to be passed on: `_meta` is the server's own bookkeeping, may differ from list to list, and is left out on the way in.
 */
export type ToolDefinition = {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly annotations?: JsonObject;
  readonly execution?: JsonObject;
};

/** MCP `Prompt`. */
export type PromptDefinition = {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly arguments?: readonly JsonObject[];
};

/** MCP `Resource` (`uri`) or `ResourceTemplate` (`uriTemplate`); sizes and dates are facts of the moment and left out. */
export type ResourceDefinition = {
  readonly name: string;
  readonly uri?: string;
  readonly uriTemplate?: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
};

export type Definition = ToolDefinition | PromptDefinition | ResourceDefinition;

/** All that a server tells about itself. Made by `readDefinitions` alone: the other functions rely on its bounds. */
export type ServerDefinitions = {
  readonly instructions?: string;
  readonly tools: readonly ToolDefinition[];
  readonly prompts: readonly PromptDefinition[];
  readonly resources: readonly ResourceDefinition[];
};

export const DEFINITION_KINDS = ['instructions', 'tool', 'prompt', 'resource'] as const;
export type DefinitionKind = (typeof DEFINITION_KINDS)[number];

/** Tools, prompts and resources each; the largest servers seen have some 250 tools, and no model works with 2,000. */
export const MAX_DEFINITIONS = 2_000;
/** Characters of one definition; the largest seen in real servers has 40,000. */
export const MAX_DEFINITION_CHARS = 262_144;
/** Characters of all definitions of a server: beyond, every request of an agent would carry more than a model's window. */
export const MAX_SERVER_CHARS = 4_194_304;
/** Nesting and values of one definition. */
export const MAX_DEPTH = 64;
export const MAX_VALUES = 20_000;
/** Characters of a resource's address: what browsers and proxies take. */
export const MAX_ADDRESS = 2_048;
/** Characters of a name; the specification advises 128. */
export const MAX_NAME = 256;
