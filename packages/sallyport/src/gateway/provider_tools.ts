import { isObject, matchesGlob, type Json, type JsonObject } from '../kernel/index.ts';
import type { ReadRequest, ToolDefinition } from '../message/index.ts';

/**
 * Takes the tools that the provider would run itself (web search, code execution, remote MCP servers) out of a request, unless the operator
 * allows them: their calls never pass here. Of those that stay, remote servers must ask before each call. Answers the names taken out.
 * `allowed` are names or types as the client writes them, `*` as wildcard; undefined: everything stays as it is. A remote server counts by its address
 * (a connector without one by its id) or type alone: its label is what the client likes to call it.
 */
export function restrictProviderTools(request: ReadRequest, allowed: readonly string[] | undefined): string[] {
  if (allowed === undefined) return [];
  const isAllowed = (...names: readonly unknown[]): boolean =>
    names.some((name) => typeof name === 'string' && allowed.some((pattern) => matchesGlob(pattern, name)));
  const gone = new Set<Json>();
  const taken: string[] = [];
  for (const tool of request.tools) {
    if (!tool.provider) continue;
    const { type, server_url: url, connector_id: connector } = tool.raw;
    if (!(type === 'mcp' ? isAllowed(type, url === undefined ? connector : addressOf(url)) : isAllowed(tool.name, type))) {
      gone.add(tool.raw);
      taken.push(tool.name);
    } else if (type === 'mcp') tool.raw['require_approval'] = 'always';
  }
  const { body } = request;
  if (gone.size > 0) {
    // Tools are offered in namespaces and items of the input, too, not in `tools` alone.
    takeOut(body, gone);
    filterList(body, 'tools', (entry) => !isEmptied(entry));
  }
  // Anthropic's connector names its servers beside the tools.
  filterList(body, 'mcp_servers', (entry) => {
    const stays = isObject(entry) && isAllowed('mcp_servers', addressOf(entry['url']));
    if (!stays) taken.push(isObject(entry) && typeof entry['name'] === 'string' ? entry['name'] : 'mcp_servers');
    return stays;
  });
  for (const name of PARAMETERS) {
    if (body[name] === undefined || isAllowed(name, 'web_search')) continue;
    delete body[name];
    taken.push(name);
  }
  request.tools = request.tools.filter((tool) => !gone.has(tool.raw));
  if (taken.length > 0 && pointsNowhere(body['tool_choice'], request.tools)) delete body['tool_choice'];
  return taken;
}

/** An address as it is connected to; none with a user's name in it, which makes the host look like another. */
function addressOf(url: Json | undefined): string | undefined {
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  return parsed === null || parsed.username !== '' || parsed.password !== '' ? undefined : parsed.href;
}

/**
 * Parameters, not tools, that make a provider search or fetch by itself: the chat API's own, xAI, Groq, OpenRouter, DashScope, Azure OpenAI (its own
 * data, at an address of the caller's choice), Perplexity.
 */
const PARAMETERS: readonly string[] = (
  'web_search_options search_parameters search_settings compound_custom plugins enable_search search_options data_sources dataSources ' +
  'search_mode search_domain_filter extra_body'
).split(' ');

/**
 * Takes list entries out of everything below a value. Words that stand between them in such a list are no tools and go, too: they have been
 * read as the texts of their places, which are others now.
 */
function takeOut(value: Json, gone: ReadonlySet<Json>): void {
  if (Array.isArray(value)) {
    if (value.some((entry) => gone.has(entry))) {
      const left = value.filter((entry) => entry !== null && typeof entry === 'object' && !gone.has(entry));
      value.splice(0, value.length, ...left);
    }
    for (const entry of value) takeOut(entry, gone);
  } else if (isObject(value)) for (const name in value) takeOut(value[name] ?? null, gone);
}

/** A namespace that offers nothing any more. */
function isEmptied(entry: Json): boolean {
  return isObject(entry) && entry['type'] === 'namespace' && Array.isArray(entry['tools']) && entry['tools'].length === 0;
}

function filterList(body: JsonObject, name: string, stays: (entry: Json) => boolean): void {
  const list = body[name];
  if (!Array.isArray(list)) return;
  const left = list.filter(stays);
  if (left.length > 0) body[name] = left;
  else delete body[name];
}

/** Whether a choice of tool can no longer be met: providers refuse one without tools, or of a tool that is not offered. */
function pointsNowhere(choice: Json | undefined, tools: readonly ToolDefinition[]): boolean {
  if (choice === undefined) return false;
  if (tools.length === 0) return true;
  if (!isObject(choice)) return false;
  const named = [choice['name'], choice['server_label'], isObject(choice['function']) ? choice['function']['name'] : undefined];
  const name = named.find((word) => typeof word === 'string');
  if (name !== undefined) return !tools.some((tool) => tool.name === name);
  const { type } = choice;
  return typeof type === 'string' && !GENERIC.has(type) && !tools.some((tool) => tool.raw['type'] === type);
}

// Choices that name no tool.
const GENERIC: ReadonlySet<string> = new Set(['auto', 'any', 'none', 'required', 'tool', 'function', 'custom', 'allowed_tools']);
