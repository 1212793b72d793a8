import { isObject, type Json, type JsonObject } from '../../kernel/index.ts';
import type { RawDefinitions } from '../definitions/index.ts';

/** Carries JSON-RPC messages to a server and its answers back. `ask` rejects when there is none in time, or no valid one. */
export type Asking = {
  ask(message: JsonObject): Promise<JsonObject>;
  tell(message: JsonObject): Promise<void>;
};

/** The newest version that still begins with `initialize`; servers answer with the one that they speak. */
const VERSION = '2025-11-25';
/** Pages of one list. */
const MAX_PAGES = 50;
/** Entries of one list; the reading takes fewer and says so. */
const MAX_ENTRIES = 20_000;

/** What a server tells about itself, and nothing else: no tool is called, no resource is read. Rejects with an Error in plain words. */
export async function listDefinitions(
  server: Asking,
  product: { readonly name: string; readonly version: string },
): Promise<RawDefinitions> {
  let id = 0;
  const ask = async (method: string, params: JsonObject): Promise<JsonObject> => {
    const answer = await server.ask({ jsonrpc: '2.0', id: ++id, method, params });
    if (isObject(answer['error'])) throw new Error(`the server refused ${method}`);
    return isObject(answer['result']) ? answer['result'] : {};
  };
  const hello = await ask('initialize', { protocolVersion: VERSION, capabilities: {}, clientInfo: { ...product } });
  await server.tell({ jsonrpc: '2.0', method: 'notifications/initialized' });
  const can = isObject(hello['capabilities']) ? hello['capabilities'] : {};
  const all = async (method: string, member: string): Promise<Json[]> => {
    const entries: Json[] = [];
    let cursor: Json | undefined;
    for (let page = 0; page < MAX_PAGES && entries.length < MAX_ENTRIES; page++) {
      const answer = await ask(method, typeof cursor === 'string' ? { cursor } : {});
      if (Array.isArray(answer[member])) entries.push(...answer[member].slice(0, MAX_ENTRIES));
      cursor = answer['nextCursor'];
      if (typeof cursor !== 'string') break;
    }
    return entries;
  };
  // What a server does not offer it may refuse: that is no fault.
  const offered = async (capability: string, method: string, member: string): Promise<Json[]> =>
    can[capability] === undefined ? [] : all(method, member).catch(() => []);
  return {
    instructions: hello['instructions'],
    tools: can['tools'] === undefined ? [] : await all('tools/list', 'tools'),
    prompts: await offered('prompts', 'prompts/list', 'prompts'),
    resources: [
      ...(await offered('resources', 'resources/list', 'resources')),
      ...(await offered('resources', 'resources/templates/list', 'resourceTemplates')),
    ],
  };
}
