import { isObject, matchesGlob, type Json, type JsonObject } from '../kernel/index.ts';
import type { ReadRequest, ToolDefinition } from '../message/index.ts';

/**
 * Takes the tools that the provider would run itself (web search, code execution, remote MCP servers) out of a request, unless the operator
 * allows them: their calls never pass here. Of those that stay, remote servers must ask before each call. Answers the names taken out.
 * `allowed` are names or types as the client writes them, `*` as wildcard; undefined: everything stays as it is.
 */
export function restrictProviderTools(request: ReadRequest, allowed: readonly string[] | undefined): string[] {
  if (allowed === undefined) return [];
  const isAllowed = (...names: readonly unknown[]): boolean =>
    names.some((name) => typeof name === 'string' && allowed.some((pattern) => matchesGlob(pattern, name)));
  const gone = new Set<Json>();
  const taken: string[] = [];
  for (const tool of request.tools) {
    if (!tool.provider) continue;
    if (!isAllowed(tool.name, tool.raw['type'])) {
      gone.add(tool.raw);
      taken.push(tool.name);
    } else if (tool.raw['type'] === 'mcp') tool.raw['require_approval'] = 'always';
  }
  const { body } = request;
  filterList(body, 'tools', (entry) => !gone.has(entry));
  // Anthropic's connector names its servers beside the tools.
  filterList(body, 'mcp_servers', (entry) => {
    const stays = isObject(entry) && isAllowed(entry['name'], 'mcp_servers');
    if (!stays) taken.push(isObject(entry) && typeof entry['name'] === 'string' ? entry['name'] : 'mcp_servers');
    return stays;
  });
  // Search of the chat API is no tool but a parameter of its own.
  if (body['web_search_options'] !== undefined && !isAllowed('web_search_options', 'web_search')) {
    delete body['web_search_options'];
    taken.push('web_search_options');
  }
  request.tools = request.tools.filter((tool) => !gone.has(tool.raw));
  if (taken.length > 0 && pointsNowhere(body['tool_choice'], request.tools)) delete body['tool_choice'];
  return taken;
}

function filterList(body: JsonObject, name: string, stays: (entry: Json) => boolean): void {
  const list = body[name];
  if (!Array.isArray(list)) return;
  const left = list.filter(stays);
  if (left.length === list.length) return;
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
