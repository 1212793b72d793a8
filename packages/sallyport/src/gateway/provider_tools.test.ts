import assert from 'node:assert/strict';
import test from 'node:test';
import type { JsonObject } from '../kernel/index.ts';
import { readRequest } from '../message/index.ts';
import { restrictProviderTools } from './provider_tools.ts';

const FUNCTION = { type: 'function', name: 'own', parameters: { type: 'object', properties: {} } };
const MCP = { type: 'mcp', server_label: 'files', server_url: 'https://mcp.example', require_approval: 'never' };
const responses = (more: JsonObject): JsonObject => ({ model: 'm', input: 'hi', ...more });

function restrict(body: JsonObject, allowed: readonly string[] | undefined): { taken: string[]; body: JsonObject; tools: string[] } {
  const read = readRequest('max_tokens' in body ? 'messages' : 'input' in body ? 'responses' : 'chat', body);
  assert.ok(read.ok);
  const taken = restrictProviderTools(read.request, allowed);
  return { taken, body: read.request.body, tools: read.request.tools.map((tool) => tool.name) };
}

test('without a list everything stays as it is', () => {
  const { taken, body } = restrict(responses({ tools: [FUNCTION, MCP, { type: 'web_search' }] }), undefined);
  assert.deepEqual(taken, []);
  assert.deepEqual(body['tools'], [FUNCTION, MCP, { type: 'web_search' }]);
});

test('what is not on the list is taken out, a choice of it too; the tools of the client stay', () => {
  const { taken, body, tools } = restrict(
    responses({ tools: [FUNCTION, { type: 'web_search' }], tool_choice: { type: 'web_search' } }),
    [],
  );
  assert.deepEqual([taken, body['tools'], tools, body['tool_choice']], [['web_search'], [FUNCTION], ['own'], undefined]);
  const alone = restrict(responses({ tools: [{ type: 'code_interpreter', container: { type: 'auto' } }], tool_choice: 'auto' }), [
    'web_*',
  ]).body;
  assert.ok(!('tools' in alone) && !('tool_choice' in alone));
  const kept = restrict(responses({ tools: [FUNCTION, { type: 'web_search' }], tool_choice: { type: 'function', name: 'own' } }), []).body;
  assert.deepEqual(kept['tool_choice'], { type: 'function', name: 'own' });
});

test('what is on the list stays, by name or type; remote servers must ask', () => {
  const { taken, body } = restrict(responses({ tools: [structuredClone(MCP), { type: 'web_search_preview' }] }), ['files', 'web_*']);
  assert.deepEqual(taken, []);
  assert.deepEqual(body['tools'], [{ ...MCP, require_approval: 'always' }, { type: 'web_search_preview' }]);
});

test('messages: server tools and connected servers; chat: search as a parameter', () => {
  const search = { type: 'web_search_20250305', name: 'web_search' };
  const own = { name: 'own', input_schema: { type: 'object' } };
  const bash = { type: 'bash_20250124', name: 'bash' };
  const messages: JsonObject = {
    model: 'm',
    max_tokens: 9,
    messages: [{ role: 'user', content: 'hi' }],
    tools: [own, search, bash],
    mcp_servers: [{ type: 'url', name: 'files', url: 'https://mcp.example' }],
  };
  const { taken, body } = restrict(structuredClone(messages), []);
  assert.deepEqual(taken, ['web_search', 'files']);
  assert.deepEqual([body['tools'], body['mcp_servers']], [[own, bash], undefined]);
  assert.deepEqual(restrict(structuredClone(messages), ['web_search*', 'files']).taken, []);
  const chat: JsonObject = { model: 'm', messages: [{ role: 'user', content: 'hi' }], web_search_options: {} };
  assert.deepEqual(restrict(structuredClone(chat), []).taken, ['web_search_options']);
  assert.deepEqual(restrict(structuredClone(chat), ['web_search']).taken, []);
});
