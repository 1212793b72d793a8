import { request, type IncomingMessage } from 'node:http';
import { readLines, readReply } from '../control/index.ts';
import type { ApiClient, Json } from '../kernel/index.ts';
import { fail } from './errors.ts';

/** A reply that is longer is not one of ours; lists are paged. */
const MAX_REPLY_BYTES = 64 * 1024 * 1024;

/** The control API of the server that listens on this socket. Calls end when `signal` aborts. */
export function socketClient(socketPath: string, tenant: string | undefined, signal: AbortSignal): ApiClient {
  const headers = { host: 'localhost', ...(tenant === undefined ? {} : { 'x-sallyport-tenant': tenant }) };

  const send = (method: string, path: string, body: Json | undefined, ends: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      const sized = bytes === undefined ? {} : { 'content-type': 'application/json', 'content-length': bytes.length };
      const sent = request({ socketPath, method, path, headers: { ...headers, ...sized }, signal: ends, agent: false }, resolve);
      sent.on('error', (error) => reject(ends.aborted ? error : fail('CLI_SERVER_GONE', { cause: error })));
      sent.end(bytes);
    });

  return {
    async call(method, path, body) {
      const response = await send(method, path, body, signal);
      return readReply(response.statusCode ?? 500, await readText(response));
    },
    async *lines(path, ends) {
      const either = AbortSignal.any([signal, ends]);
      try {
        const response = await send('GET', path, undefined, either);
        if ((response.statusCode ?? 500) >= 400) readReply(response.statusCode ?? 500, await readText(response));
        yield* readLines(response);
      } catch (thrown) {
        // Whoever follows ends it by aborting: that is no failure.
        if (!either.aborted) throw asGone(thrown);
      }
    },
  };
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_REPLY_BYTES) throw fail('CLI_SERVER_GONE', { detail: `reply over ${MAX_REPLY_BYTES} bytes` });
      chunks.push(chunk);
    }
  } catch (thrown) {
    throw asGone(thrown);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A connection that breaks in the middle of a reply has a code of Node's. */
function asGone(thrown: unknown): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' ? fail('CLI_SERVER_GONE', { cause: thrown }) : thrown;
}
