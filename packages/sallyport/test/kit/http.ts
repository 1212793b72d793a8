import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

/** A whole answer. `json` is undefined when the body is none; `cut`: the connection broke before its end. */
export type Answered = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it freely
  readonly json: any;
  readonly cut: boolean;
  readonly milliseconds: number;
};

export type Asked = {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
  /** Without a content-length: the body goes in chunks of this many bytes. */
  readonly chunk?: number;
};

/** Sends one request on a connection of its own. An answer that comes before the body is sent counts, as it does for real clients. */
export function ask(origin: string, asked: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const body = asked.body === undefined ? undefined : Buffer.from(asked.body as string);
    const url = new URL(origin);
    const framing = body === undefined || asked.chunk !== undefined ? {} : { 'content-length': String(body.length) };
    const request = httpRequest(
      {
        host: url.hostname,
        port: url.port,
        path: asked.path ?? '/',
        method: asked.method ?? 'POST',
        headers: { ...framing, ...asked.headers },
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', () => {});
        response.on('close', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: parse(text),
            cut: !response.complete,
            milliseconds: performance.now() - started,
          });
        });
      },
    );
    // After the answer a reset of what is still being sent says nothing.
    request.on('error', reject);
    if (body === undefined) request.end();
    else if (asked.chunk === undefined) request.end(body);
    else {
      for (let at = 0; at < body.length; at += asked.chunk) request.write(body.subarray(at, at + asked.chunk));
      request.end();
    }
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Writes bytes to a socket, piece by piece with `gapMs` between, and answers all that comes back until the other side closes, or until
 * `until` says that it is enough.
 */
export function raw(
  origin: string,
  pieces: readonly (string | Buffer)[],
  options: { gapMs?: number; until?: (received: string) => boolean; limitMs?: number } = {},
): Promise<{ received: string; closed: boolean; milliseconds: number }> {
  return new Promise((resolve) => {
    const started = performance.now();
    const url = new URL(origin);
    const socket = connect(Number(url.port), '127.0.0.1');
    let received = '';
    let over = false;
    const finish = (closed: boolean): void => {
      if (over) return;
      over = true;
      clearTimeout(limit);
      socket.destroy();
      resolve({ received, closed, milliseconds: performance.now() - started });
    };
    const limit = setTimeout(() => finish(false), options.limitMs ?? 10_000);
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      if (options.until?.(received) === true) finish(false);
    });
    socket.on('error', () => finish(true));
    socket.on('close', () => finish(true));
    void (async () => {
      for (const piece of pieces) {
        if (over) return;
        socket.write(piece);
        if (options.gapMs !== undefined) await new Promise((done) => setTimeout(done, options.gapMs));
      }
    })();
  });
}
