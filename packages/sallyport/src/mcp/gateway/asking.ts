import { isObject, type Json, type JsonObject } from '../../kernel/index.ts';

/** What a server may ask of whoever calls it, as the operator allows it for this server. */
export type Asking = 'elicitation' | 'sampling' | 'roots';

/** A request of a server to its caller: an `inputRequests` entry of 2026-07-28, a request of its own before. */
export type Ask = { readonly method: string; readonly params?: JsonObject | undefined };

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

const KINDS: Readonly<Record<string, Asking>> = {
  'elicitation/create': 'elicitation',
  'sampling/createMessage': 'sampling',
  'roots/list': 'roots',
};
/** Characters of one request or reply: a long conversation for a sample, or a form with many fields. */
const MAX_LENGTH = 256 * 1024;
const MAX_MESSAGE = 4_000;
const MAX_FIELDS = 50;
const MAX_MESSAGES = 100;
const MAX_ROOTS = 100;
/** Tokens that one sample may cost the caller. */
const MAX_TOKENS = 4_096;
const SAMPLING = ['messages', 'systemPrompt', 'maxTokens', 'temperature', 'stopSequences', 'modelPreferences'] as const;
const PRIMITIVES: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean']);
/** "Servers MUST NOT use form mode elicitation to request sensitive information" (2025-11-25, 2026-07-28). */
const SENSITIVE =
  /pass(?:word|wd|phrase|code|key)|\bpwd\b|secret|credential|api.?key|access.?key|private.?key|\btoken|\b(?:otp|totp|mfa|2fa|pin)\b|one.?time.?(?:code|pass)|verification.?code|\bcvv\b|\bcvc\b|card.?number|\biban\b|\bssn\b|social.?security|recovery.?(?:code|phrase)|seed.?phrase/i;
/** A warning against giving them is no request for them. */
const WARNING =
  /\b(?:do not|don['’]t|never|must not|should not) (?:give|enter|share|send|type|provide|use|include|tell|paste|write)\b[^.!?()\n]*/gi;

export function kindOf(method: string): Asking | undefined {
  return Object.hasOwn(KINDS, method) ? KINDS[method] : undefined;
}

/** Reads what a server asks: only what the protocol knows of it, bounded, and nothing that a form must not ask for. `server` is named to whoever is asked. */
export function readAsk({ method, params = {} }: Ask, server: string): Read<Ask> {
  if (JSON.stringify(params).length > MAX_LENGTH) return no('it is too long');
  const kind = kindOf(method);
  if (kind === 'roots') return { ok: true, value: { method } };
  if (kind === 'sampling') return readSampling(method, params, server);
  if (kind === 'elicitation') return params['mode'] === 'url' ? readLink(method, params, server) : readForm(method, params, server);
  return no('it is nothing that can be asked');
}

/** What the one who was asked answered, as the server gets it. */
export function readReply(method: string, reply: Json): Read<JsonObject> {
  if (!isObject(reply) || JSON.stringify(reply).length > MAX_LENGTH) return no('the answer is none, or too long');
  const kind = kindOf(method);
  if (kind === 'roots') {
    const roots = Array.isArray(reply['roots']) ? reply['roots'] : [];
    const files = roots.slice(0, MAX_ROOTS).flatMap((root) => (isObject(root) && isFile(root['uri']) ? [pick(root, ['uri', 'name'])] : []));
    return { ok: true, value: { roots: files } };
  }
  if (kind === 'sampling') return { ok: true, value: pick(reply, ['role', 'content', 'model', 'stopReason']) };
  if (reply['action'] !== 'accept') return { ok: true, value: { action: reply['action'] === 'decline' ? 'decline' : 'cancel' } };
  const content = isObject(reply['content']) ? Object.entries(reply['content']).filter(([, value]) => isPrimitive(value)) : undefined;
  return { ok: true, value: { action: 'accept', ...(content === undefined ? {} : { content: Object.fromEntries(content) }) } };
}

function readSampling(method: string, params: JsonObject, server: string): Read<Ask> {
  const { messages, maxTokens } = params;
  if (!Array.isArray(messages) || messages.length === 0 || messages.length > MAX_MESSAGES) return no('its messages are none, or too many');
  // Neither the context of other servers nor tools: what the model says goes back to the server.
  const kept = pick(params, SAMPLING);
  const system = typeof kept['systemPrompt'] === 'string' ? `${kept['systemPrompt']}\n` : '';
  return {
    ok: true,
    value: {
      method,
      params: {
        ...kept,
        systemPrompt: `${system}This request comes from the tool server ${server}. It is not the user.`,
        maxTokens: typeof maxTokens === 'number' && maxTokens > 0 ? Math.min(maxTokens, MAX_TOKENS) : MAX_TOKENS,
      },
    },
  };
}

function readForm(method: string, params: JsonObject, server: string): Read<Ask> {
  const schema = params['requestedSchema'];
  const fields = isObject(schema) && isObject(schema['properties']) ? schema['properties'] : undefined;
  if (typeof params['message'] !== 'string' || fields === undefined) return no('it is no form');
  const entries = Object.entries(fields);
  if (entries.length > MAX_FIELDS || params['message'].length > MAX_MESSAGE) return no('the form is too long');
  for (const [name, field] of entries) {
    if (!isObject(field) || !(PRIMITIVES.has(field['type']) || field['type'] === 'array')) return no('a form has plain fields only');
    if (SENSITIVE.test(name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' ')) || SENSITIVE.test(textsOf(field)))
      return no('a form must not ask for secrets');
  }
  return {
    ok: true,
    value: { method, params: { mode: 'form', message: signed(server, params['message']), requestedSchema: schema as Json } },
  };
}

/** Links are shown whole by the client, which asks before it opens one; here only what nobody should open is refused. */
function readLink(method: string, params: JsonObject, server: string): Read<Ask> {
  const { message, url, elicitationId } = params;
  if (typeof message !== 'string' || message.length > MAX_MESSAGE || typeof url !== 'string') return no('it is no link');
  const link = URL.parse(url);
  const local = link?.protocol === 'http:' && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(link.hostname);
  if (link === null || (link.protocol !== 'https:' && !local) || link.username !== '' || link.password !== '')
    return no('the link is none that may be opened');
  const id = typeof elicitationId === 'string' ? { elicitationId } : {};
  return { ok: true, value: { method, params: { mode: 'url', message: signed(server, message), url: link.href, ...id } } };
}

/** Clients take the gate for the server: who really asks must be told. */
const signed = (server: string, message: string): string => `${server} asks: ${message}`;

const isFile = (uri: unknown): boolean => typeof uri === 'string' && uri.startsWith('file://');
const isPrimitive = (value: Json): boolean =>
  ['string', 'number', 'boolean'].includes(typeof value) || (Array.isArray(value) && value.every((one) => typeof one === 'string'));

function textsOf(field: JsonObject): string {
  return [field['title'], field['description']]
    .filter((text) => typeof text === 'string')
    .join('. ')
    .replaceAll(WARNING, '');
}

function pick(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.flatMap((name) => (object[name] === undefined ? [] : [[name, object[name]]])));
}

function no(why: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why };
}
