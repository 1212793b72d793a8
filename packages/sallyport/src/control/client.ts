import type { FastifyInstance } from 'fastify';
import { AppError, type ApiClient, type Json, type TenantId } from '../kernel/index.ts';
import { fail } from './errors.ts';

/** The API without a port: the same routes, validation and authority as over the socket, called in this process. */
export function inProcessClient(server: FastifyInstance, tenant: TenantId | undefined): ApiClient {
  const headers = tenant === undefined ? {} : { 'x-sallyport-tenant': tenant };
  return {
    async call(method, path, body) {
      const payload =
        body === undefined ? {} : { payload: JSON.stringify(body), headers: { ...headers, 'content-type': 'application/json' } };
      const response = await server.inject({ method, url: path, headers, ...payload });
      return readReply(response.statusCode, response.body);
    },
    async *lines(path, signal) {
      const done = new AbortController();
      const response = await server.inject({
        method: 'GET',
        url: path,
        headers,
        payloadAsStream: true,
        signal: AbortSignal.any([signal, done.signal]),
      });
      const stream = response.stream();
      // Ending the request raises its abort as an error on a stream that nobody reads any more.
      stream.on('error', () => {});
      try {
        if (response.statusCode >= 400) readReply(response.statusCode, await text(stream));
        yield* readLines(stream);
      } finally {
        done.abort();
      }
    },
  };
}

/** A reply's JSON. Throws the AppError that the server answered, or its code alone when it is not of our form. */
export function readReply(status: number, body: string): Json {
  let json: Json;
  try {
    json = body === '' ? null : (JSON.parse(body) as Json);
  } catch {
    throw unreadable(status);
  }
  if (status < 400) return json;
  throw errorOf(json, status) ?? unreadable(status);
}

/** The lines of an NDJSON reply as they come. An error in the last line is thrown. */
export async function* readLines(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<Json> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const chunk of stream) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_LENGTH) throw unreadable(200);
    for (const line of lines) yield readLine(line);
  }
  if (rest !== '') throw unreadable(200);
}

/** The longest line of a reply: an event is some kilobytes. */
const MAX_LINE_LENGTH = 4 * 1024 * 1024;

function readLine(line: string): Json {
  const json = readReply(200, line);
  const error = errorOf(json, 500);
  if (error !== undefined) throw error;
  return json;
}

/** The error in `{error: {code, message, fix}}`; undefined for anything else. */
function errorOf(json: Json, status: number): AppError | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json) || Object.keys(json).length !== 1) return undefined;
  const error = json['error'];
  if (typeof error !== 'object' || error === null || Array.isArray(error)) return undefined;
  const { code, message, fix } = error;
  if (typeof code !== 'string' || typeof message !== 'string' || typeof fix !== 'string') return undefined;
  return new AppError(code, { status, message, fix });
}

function unreadable(status: number): AppError {
  return fail('CONTROL_REPLY_UNREADABLE', { say: `Its status was ${status}.` });
}

async function text(stream: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
