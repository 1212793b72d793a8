import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { Case } from './canary_cases.ts';
import type { Running } from './sallyport.ts';
import type { Upstream } from './upstream.ts';

/** What came back: status, head and body as text. */
export type Answered = { readonly name: string; readonly status: number; readonly event: string | undefined; readonly text: string };

/** Sends every case, one after the other, and reads each reply to its end. A case that is cut off by either side has the status 0. */
export async function sendCases(gate: Running, upstream: Upstream, key: string, all: readonly Case[]): Promise<Answered[]> {
  const answers: Answered[] = [];
  for (const one of all) {
    upstream.script(one.reply ?? { text: 'Fine.' });
    answers.push(await send(gate, key, one));
  }
  return answers;
}

function send(gate: Running, key: string, one: Case): Promise<Answered> {
  const { hostname, port } = new URL(gate.gateway);
  const body =
    one.body === undefined ? undefined : typeof one.body === 'string' || Buffer.isBuffer(one.body) ? one.body : JSON.stringify(one.body);
  return new Promise((resolve) => {
    const cut = (): void => resolve({ name: one.name, status: 0, event: undefined, text: '' });
    const request = httpRequest(
      {
        hostname,
        port,
        path: one.path,
        method: one.method ?? 'POST',
        agent: false,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
          ...one.headers,
        },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('error', cut);
        response.on('close', () =>
          resolve({
            name: one.name,
            status: response.statusCode ?? 0,
            event: response.headers['x-sallyport-event'] as string | undefined,
            text,
          }),
        );
      },
    );
    request.on('error', cut);
    request.end(body);
    if (one.leave !== undefined) setTimeout(() => request.destroy(), one.leave);
  });
}

/** Bytes that are no HTTP, with canaries in them. Resolves when the gate has closed the connection. */
export function sendRaw(gate: Running, bytes: string): Promise<void> {
  const { port } = new URL(gate.gateway);
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.end(bytes));
    socket.on('data', () => {});
    socket.on('error', () => {});
    socket.on('close', () => resolve());
  });
}
