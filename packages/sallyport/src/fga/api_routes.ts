import type { ServerResponse } from 'node:http';
import { isObject, readJson, type JsonObject, type Permission, type TenantId } from '../kernel/index.ts';
import { JSON_HEADERS, sendJson } from '../net/index.ts';
import { ENDPOINTS } from './endpoints.ts';
import type { Fga } from './fga.ts';
import type { OperationReply } from './operations.ts';
import { FgaError } from './problem.ts';

/** One request to the API, as the port that received it hands it on: authenticated, its body bounded. */
export type ApiCall = {
  readonly method: string;
  /** After the prefix, with the query: `/stores/{id}/check`. */
  readonly target: string;
  readonly body: Buffer;
  readonly tenant: TenantId;
  /** The principal of the key. */
  readonly actor: string;
  readonly permissions: Pick<ReadonlySet<Permission>, 'has'>;
  /** `openfga-authorization-model-id`, for AuthZEN; '' without. */
  readonly modelHeader: string;
  /** `https://gate.example.com/fga`: where the caller reached this API. */
  readonly base: string;
  /** `x-request-id` as the caller sent it, given back as AuthZEN asks for; '' without. */
  readonly requestId: string;
};

/** Lines of a stream that may wait for a slow reader before it is left. */
const MAX_WAITING_BYTES = 8 * 1_024 * 1_024;

/** Answers one request in OpenFGA's forms. Rejects faults only. */
export async function serveApi(fga: Fga, call: ApiCall, response: ServerResponse): Promise<void> {
  let streaming = false;
  const send = (line: JsonObject): boolean => {
    if (!streaming) response.writeHead(200, JSON_HEADERS);
    streaming = true;
    response.write(`${JSON.stringify(line)}\n`);
    return !response.destroyed && response.writableLength < MAX_WAITING_BYTES;
  };
  try {
    const reply = await answer(fga, call, send);
    if (streaming) return void response.end();
    const text = reply.json === undefined ? '' : JSON.stringify(reply.json);
    if (/^[\x21-\x7e]{1,128}$/.test(call.requestId)) response.setHeader('x-request-id', call.requestId);
    const model = reply.model === undefined ? {} : { 'openfga-authorization-model-id': reply.model };
    response.writeHead(reply.status, {
      ...(text === '' ? { 'cache-control': 'no-store' } : JSON_HEADERS),
      ...model,
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  } catch (error) {
    if (!(error instanceof FgaError)) throw error;
    if (streaming) {
      send({ error: { code: error.code, message: error.message } });
      return void response.end();
    }
    sendProblem(response, error);
  }
}

/** A refusal in OpenFGA's form. */
export function sendProblem(response: ServerResponse, { status, code, message }: Pick<FgaError, 'status' | 'code' | 'message'>): void {
  sendJson(response, status, { code, message });
}

const patterns = new Map<string, RegExp>();

function compiled(pattern: string): RegExp {
  let known = patterns.get(pattern);
  if (known === undefined) patterns.set(pattern, (known = new RegExp(`^${pattern.replaceAll(/:[a-z]+/g, '([^/]+)')}$`)));
  return known;
}

async function answer(fga: Fga, call: ApiCall, send: (line: JsonObject) => boolean): Promise<OperationReply> {
  const mark = call.target.indexOf('?');
  const path = mark < 0 ? call.target : call.target.slice(0, mark);
  for (const { method, path: pattern, permission, run } of ENDPOINTS) {
    if (method !== call.method) continue;
    const match = compiled(pattern).exec(path);
    if (match === null) continue;
    if (!call.permissions.has(permission))
      throw new FgaError('forbidden', `This key may not do that: it needs the permission ${permission}.`);
    const [, store = '', id = ''] = match;
    const query = mark < 0 ? {} : Object.fromEntries(new URLSearchParams(call.target.slice(mark + 1)));
    return run(fga, {
      tenant: call.tenant,
      actor: call.actor,
      store,
      id,
      query,
      body: readBody(call.body),
      modelHeader: call.modelHeader,
      base: call.base,
      send,
    });
  }
  throw new FgaError('undefined_endpoint', 'Not Found');
}

/** The body as an object; `{}` without one. Throws FgaError. */
export function readBody(bytes: Buffer): JsonObject {
  if (bytes.length === 0) return {};
  const read = readJson(bytes);
  if (!read.ok) throw new FgaError('validation_error', `malformed JSON: ${read.problem.replaceAll('_', ' ')}`);
  if (!isObject(read.value)) throw new FgaError('validation_error', 'syntax error: the body is not a JSON object');
  // Only an escape can bring half a surrogate pair; a database could not keep it, and two such texts would become one.
  if (!read.ascii && /\\u[dD][89a-fA-F]/.test(bytes.toString('latin1')) && !isWellFormed(read.value))
    throw new FgaError('validation_error', 'syntax error: invalid escape code in string');
  return read.value;
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, item]) => key.isWellFormed() && isWellFormed(item));
}
