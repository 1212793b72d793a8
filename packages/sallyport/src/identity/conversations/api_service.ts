import { isObject, readJson, type JsonObject } from '../../kernel/index.ts';
import type { KeyRecord } from '../key.ts';
import type { Conversations } from './service.ts';

/** One request below `/v1/conversations/`, authenticated, its body bounded. `target` begins with a slash. */
export type ConversationCall = { readonly method: string; readonly target: string; readonly body: Buffer; readonly key: KeyRecord };
export type ConversationReply = { readonly status: number; readonly json: JsonObject };

const ID = /^\/([A-Za-z0-9_.-]{1,100})$/;
/** Of one conversation, in bytes: a long chat is some hundred kilobytes. */
const MAX_BYTES = 1_048_576;

/**
 * `GET /` lists, `GET /{id}` reads, `PUT /{id}` keeps `{messages}` or `{facts}` whole, `DELETE /{id}` and `DELETE /` erase, `GET /?export=1` gives everything.
 * Only with a person's own token: no key, and no agent that acts for the person, may read what was said in confidence to another application.
 */
export async function answerConversations(conversations: Conversations, call: ConversationCall): Promise<ConversationReply> {
  const { key, method } = call;
  const { client } = key;
  if (key.principalKind !== 'user' || key.actors.length > 0 || client === undefined)
    return problem(403, 'person_needed', 'Conversations are read and kept with the person’s own token only.');
  const owner = { tenant: key.tenant, person: key.principal, client };
  const [path = '/', query = ''] = call.target.split('?');
  if (path === '/') {
    if (method === 'DELETE')
      return { status: 200, json: { erased: await conversations.erase(owner.tenant, owner.person, client, undefined) } };
    if (method !== 'GET') return problem(405, 'method_not_allowed', 'GET or DELETE.');
    const all = query === 'export=1' ? await conversations.export(owner.tenant, owner.person, client) : await conversations.list(owner);
    return { status: 200, json: { conversations: all.map((one) => ({ ...one })) } };
  }
  const id = ID.exec(path)?.[1];
  if (id === undefined) return problem(400, 'id_invalid', 'An id is 1 to 100 letters, digits, _, . or -.');
  if (method === 'GET') {
    const found = await conversations.get(owner, id);
    return found === undefined
      ? problem(404, 'conversation_unknown', 'There is no such conversation.')
      : { status: 200, json: { ...found } };
  }
  if (method === 'DELETE') return { status: 200, json: { erased: await conversations.erase(owner.tenant, owner.person, client, id) } };
  if (method !== 'PUT') return problem(405, 'method_not_allowed', 'GET, PUT or DELETE.');
  if (call.body.length > MAX_BYTES) return problem(413, 'too_large', 'A conversation may have one mebibyte.');
  const read = readJson(call.body);
  const value = read.ok && isObject(read.value) ? read.value : undefined;
  const [name] = Object.keys(value ?? {});
  if (value === undefined || Object.keys(value).length !== 1 || (name !== 'messages' && name !== 'facts'))
    return problem(400, 'invalid_request', 'The body is {"messages": [...]} or {"facts": {...}}.');
  const kept = await conversations.put(owner, id, value);
  return kept ? { status: 200, json: { kept: id } } : problem(409, 'too_many', 'There are too many; erase some first.');
}

export function problem(status: number, code: string, message: string): ConversationReply {
  return { status, json: { error: { code, message } } };
}
