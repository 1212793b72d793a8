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
  const { taken, body } = restrict(responses({ tools: [structuredClone(MCP), { type: 'web_search_preview' }] }), [
    'https://mcp.example/*',
    'web_*',
  ]);
  assert.deepEqual(taken, []);
  assert.deepEqual(body['tools'], [{ ...MCP, require_approval: 'always' }, { type: 'web_search_preview' }]);
});

test('a remote server is known by its address: not by its label, nor by a user’s name before another host', () => {
  const at = (url: string, more: JsonObject = {}): JsonObject => responses({ tools: [{ ...MCP, server_url: url, ...more }] });
  const allowed = ['files', 'https://mcp.example/*', 'connector_mail'];
  for (const url of [
    'https://evil.example/',
    'https://mcp.example@evil.example/',
    'https://mcp.example/@evil.example:1@x.example/',
    'no address',
  ])
    assert.deepEqual(restrict(at(url), allowed).taken, url.includes('/@') ? [] : ['files'], url);
  assert.deepEqual(restrict(at('HTTPS://MCP.EXAMPLE/a/../b'), allowed).taken, []);
  const connector = { type: 'mcp', server_label: 'mail', connector_id: 'connector_mail' };
  assert.deepEqual(restrict(responses({ tools: [{ ...connector }] }), allowed).taken, []);
  for (const url of ['https://evil.example/', '', null])
    assert.deepEqual(restrict(responses({ tools: [{ ...connector, server_url: url }] }), allowed).taken, ['mail'], `beside ${url}`);
  assert.deepEqual(restrict(at('https://anywhere.example/'), ['mcp']).taken, []);
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
  assert.deepEqual(restrict(structuredClone(messages), ['web_search*', 'https://mcp.example/*']).taken, []);
  assert.deepEqual(restrict(structuredClone(messages), ['web_search*', 'files']).taken, ['files'], 'the name is the client’s');
  const chat: JsonObject = { model: 'm', messages: [{ role: 'user', content: 'hi' }], web_search_options: {} };
  assert.deepEqual(restrict(structuredClone(chat), []).taken, ['web_search_options']);
  assert.deepEqual(restrict(structuredClone(chat), ['web_search']).taken, []);
});

test('tools in namespaces and items of the input are tools', () => {
  const search = { type: 'web_search' };
  const nested = {
    type: 'namespace',
    name: 'outer',
    tools: [{ type: 'namespace', name: 'inner', tools: [structuredClone(MCP), FUNCTION] }, search],
  };
  const item = { type: 'additional_tools', tools: [search, FUNCTION, structuredClone(MCP)] };
  const only = { type: 'namespace', name: 'only', tools: [search] };
  const body = { model: 'm', input: [{ role: 'user', content: 'hi' }, item], tools: [nested, only] };
  const left = restrict(structuredClone(body), []);
  assert.deepEqual(left.taken.toSorted(), ['files', 'files', 'web_search', 'web_search', 'web_search']);
  assert.deepEqual(left.body['tools'], [
    { type: 'namespace', name: 'outer', tools: [{ type: 'namespace', name: 'inner', tools: [FUNCTION] }] },
  ]);
  assert.deepEqual(left.body['input'], [
    { role: 'user', content: 'hi' },
    { type: 'additional_tools', tools: [FUNCTION] },
  ]);
  // A word beside them would be at another place than where it was read.
  const beside = { type: 'additional_tools', tools: [search, 'a word', FUNCTION] };
  assert.deepEqual(restrict({ model: 'm', input: [beside] }, []).body['input'], [{ type: 'additional_tools', tools: [FUNCTION] }]);
  const kept = restrict(structuredClone(body), ['web_*', 'https://mcp.example/*']);
  assert.deepEqual(kept.taken, []);
  assert.equal(JSON.stringify(kept.body).split('"require_approval":"always"').length, 3);
});

test('parameters that make a provider search are taken out as its tools are', () => {
  const chat = { model: 'm', messages: [{ role: 'user', content: 'hi' }], top_k: 3 };
  const searching = { ...chat, search_parameters: { mode: 'on' }, plugins: [{ id: 'web' }], data_sources: [{ type: 'azure_search' }] };
  assert.deepEqual(restrict(structuredClone(searching), []).body, chat);
  assert.deepEqual(restrict(structuredClone(searching), ['plugins', 'web_search']).taken, []);
  assert.deepEqual(restrict(structuredClone(searching), undefined).body, searching);
});
