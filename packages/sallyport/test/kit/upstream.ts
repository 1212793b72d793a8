import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import {
  chatReply,
  chatStream,
  completionReply,
  completionStream,
  embeddingsReply,
  messagesReply,
  messagesStream,
  moderationsReply,
  modelsReply,
  responsesReply,
  responsesStream,
  sseText,
  type Said,
  type SseEvent,
} from './upstream_shapes.ts';

/** One request as the upstream received it. */
export type Recorded = {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** The body as JSON; `undefined` when it is none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it freely
  readonly json: any;
  /** Whether the other side closed before the reply was complete. */
  aborted: boolean;
  /** Resolves when the reply is complete or the connection gone. */
  readonly closed: Promise<void>;
};

/**
 * What the upstream answers. `Said` gives the reply's meaning, the endpoint its shape; `json`, `sse` and `raw` give it literally;
 * the rest says how it goes wrong.
 */
export type Reply = Said & {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The whole body, instead of the shape. A string is sent as it is. */
  readonly json?: unknown;
  /** The event stream literally, chunk by chunk. */
  readonly sse?: readonly (string | Buffer)[];
  /** Bytes for the socket, HTTP framing included, then it is closed: for wrong lengths, two framings, broken chunks. */
  readonly raw?: readonly (string | Buffer)[];
  /** Milliseconds before the head. */
  readonly delayMs?: number;
  /** Milliseconds between the chunks. */
  readonly gapMs?: number;
  /** Cuts the body into pieces of this many bytes (or exactly at these offsets), each written on its own. */
  readonly split?: number | readonly number[];
  /** Never goes on: before the head, or after this many chunks. */
  readonly hang?: 'head' | number;
  /** Resets the connection: before the head, or after this many chunks. */
  readonly reset?: 'head' | number;
  /** Ends the reply properly after this many chunks, so that a stream lacks its end. */
  readonly stopAfter?: number;
};

export type Script = (request: Recorded, index: number) => Reply | Promise<Reply>;

export type Upstream = {
  /** Origin, without a path: `http://127.0.0.1:PORT`. The OpenAI base URL is `${url}/v1`, the Anthropic one `url`. */
  readonly url: string;
  readonly port: number;
  readonly requests: Recorded[];
  /** Answers from now on; also forgets the recorded requests. */
  script(fn: Script | Reply): void;
  /** Ids that `GET /v1/models` lists. */
  models: string[];
  /** Open connections. */
  connections(): number;
  close(): Promise<void>;
};

const GREETING: Reply = { text: 'Hello from the upstream.' };

/** A real HTTP server on 127.0.0.1 that speaks the OpenAI and the Anthropic shapes and records what it gets. */
export async function startUpstream(options: { port?: number } = {}): Promise<Upstream> {
  const requests: Recorded[] = [];
  const sockets = new Set<Socket>();
  let answer: Script = () => GREETING;
  const server = createServer((req, res) => {
    record(req, res)
      .then(
        async (request) => {
          const index = requests.push(request) - 1;
          await respond(request, res, await answer(request, index), upstream.models);
        },
        () => res.destroy(),
      )
      .catch((error: unknown) => {
        res.destroy(error instanceof Error ? error : new Error(String(error)));
      });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const upstream: Upstream = {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    models: ['gpt-upstream', 'claude-upstream'],
    script(fn) {
      requests.length = 0;
      answer = typeof fn === 'function' ? fn : () => fn;
    },
    connections: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return upstream;
}

async function record(req: IncomingMessage, res: ServerResponse): Promise<Recorded> {
  const chunks: Buffer[] = [];
  const closed = new Promise<void>((resolve) => res.once('close', resolve));
  for await (const chunk of req) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const request: Recorded = {
    method: req.method ?? '',
    path: req.url ?? '',
    headers: Object.fromEntries(Object.entries(req.headers).map(([name, value]) => [name, String(value)])),
    rawHeaders: req.rawHeaders,
    body,
    json: parse(body),
    aborted: false,
    closed,
  };
  res.once('close', () => {
    request.aborted = !res.writableFinished;
  });
  return request;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

async function respond(request: Recorded, res: ServerResponse, reply: Reply, models: readonly string[]): Promise<void> {
  if (reply.delayMs !== undefined) await wait(reply.delayMs);
  if (reply.hang === 'head') return;
  if (reply.reset === 'head') return reset(res);
  if (reply.raw !== undefined) return writeRaw(res, reply.raw, reply.gapMs);
  const { status, type, chunks } = bodyOf(request, reply, models);
  const whole = cut(chunks, reply.split);
  res.writeHead(status, {
    'content-type': type,
    'x-request-id': 'req_upstream1',
    ...(type.startsWith('text/event-stream') ? { 'cache-control': 'no-cache' } : { 'content-length': String(Buffer.concat(whole).length) }),
    ...reply.headers,
  });
  res.flushHeaders();
  for (const [i, chunk] of whole.entries()) {
    if (reply.hang === i) return;
    if (reply.reset === i) return reset(res);
    if (reply.stopAfter === i) break;
    if (res.destroyed) return;
    if (!res.write(chunk)) await drained(res);
    await wait(reply.gapMs ?? 0, whole.length > 1);
  }
  if (typeof reply.hang === 'number') return;
  if (typeof reply.reset === 'number') return reset(res);
  res.end();
}

/** The request's socket: a reply has none while the one before it on the same connection is still being written out. */
function reset(res: ServerResponse): void {
  res.req.socket.resetAndDestroy();
}

function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      res.off('drain', done).off('close', done);
      resolve();
    };
    res.on('drain', done).on('close', done);
  });
}

function writeRaw(res: ServerResponse, raw: readonly (string | Buffer)[], gapMs: number | undefined): Promise<void> {
  return (async () => {
    for (const bytes of raw) {
      res.req.socket.write(bytes);
      await wait(gapMs ?? 0, raw.length > 1);
    }
    res.req.socket.end();
  })();
}

async function wait(milliseconds: number, yieldAnyway = true): Promise<void> {
  if (milliseconds > 0) await new Promise<void>((resolve) => void setTimeout(resolve, milliseconds));
  else if (yieldAnyway) await new Promise<void>((resolve) => void setImmediate(resolve));
}

function cut(chunks: readonly Buffer[], split: Reply['split']): Buffer[] {
  if (split === undefined) return [...chunks];
  const whole = Buffer.concat(chunks);
  if (typeof split === 'number') {
    return Array.from({ length: Math.ceil(whole.length / split) }, (_, i) => whole.subarray(i * split, (i + 1) * split));
  }
  const at = [0, ...split.filter((offset) => offset > 0 && offset < whole.length), whole.length];
  return at.slice(1).map((end, i) => whole.subarray(at[i], end));
}

type Body = { status: number; type: string; chunks: Buffer[] };

function bodyOf(request: Recorded, reply: Reply, models: readonly string[]): Body {
  if (reply.sse !== undefined) {
    return {
      status: reply.status ?? 200,
      type: 'text/event-stream; charset=utf-8',
      chunks: reply.sse.map((one) => Buffer.from(one as string)),
    };
  }
  if (reply.json !== undefined) return json(reply.status ?? 200, reply.json);
  const endpoint = request.path.split('?')[0] ?? '';
  const anthropic = request.headers['anthropic-version'] !== undefined;
  if (reply.status !== undefined && reply.status >= 400) return json(reply.status, errorBody(reply.status, anthropic));
  const model = String(request.json?.model ?? 'upstream');
  const stream = request.json?.stream === true;
  if (endpoint.endsWith('/models')) return json(200, modelsReply(models, anthropic));
  if (endpoint.endsWith('/chat/completions')) {
    const usage = request.json?.stream_options?.include_usage === true;
    return stream ? events(chatStream(reply, model, usage)) : json(200, chatReply(reply, model));
  }
  if (endpoint.endsWith('/completions')) return stream ? events(completionStream(reply, model)) : json(200, completionReply(reply, model));
  if (endpoint.endsWith('/responses')) return stream ? events(responsesStream(reply, model)) : json(200, responsesReply(reply, model));
  if (endpoint.endsWith('/messages/count_tokens')) return json(200, { input_tokens: reply.usage?.input ?? 7 });
  if (endpoint.endsWith('/messages')) return stream ? events(messagesStream(reply, model)) : json(200, messagesReply(reply, model));
  const inputs = Array.isArray(request.json?.input) ? (request.json.input as unknown[]).length : 1;
  if (endpoint.endsWith('/embeddings')) return json(200, embeddingsReply(inputs, model, request.json?.encoding_format === 'base64'));
  if (endpoint.endsWith('/moderations')) return json(200, moderationsReply(inputs, model));
  return json(404, errorBody(404, anthropic));
}

function json(status: number, body: unknown): Body {
  return { status, type: 'application/json', chunks: [Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))] };
}

function events(stream: Iterable<SseEvent>): Body {
  return { status: 200, type: 'text/event-stream; charset=utf-8', chunks: Array.from(stream, (event) => Buffer.from(sseText(event))) };
}

function errorBody(status: number, anthropic: boolean): unknown {
  const message = `The upstream says ${status}.`;
  return anthropic
    ? { type: 'error', error: { type: 'api_error', message }, request_id: 'req_upstream1' }
    : { error: { message, type: 'server_error', param: null, code: null } };
}
