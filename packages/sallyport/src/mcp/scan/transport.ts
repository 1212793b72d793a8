import { isObject, visible, type JsonObject } from '../../kernel/index.ts';
import { guardedFetch } from '../../net/index.ts';
import type { Sandboxed } from '../sandbox/index.ts';
import type { Asking } from './lister.ts';

/** Characters of one message; definitions of 10 MB are read so far, and then refused by their reading. */
const MAX_LINE = 16_777_216;
/** Milliseconds for one answer: the first start of a package may download it. */
const PATIENCE = 60_000;

/** Characters of what it said on standard error that are kept. */
const MAX_SAID = 2_000;

/** A program's standard input and output as MCP has it: one message a line. */
export function overPipes(program: Sandboxed): Asking {
  const waiting = new Map<number, { readonly resolve: (answer: JsonObject) => void; readonly reject: (error: Error) => void }>();
  let pieces: string[] = [];
  let length = 0;
  let ended: Error | undefined;
  const fail = (reason: string): void => {
    ended ??= new Error(reason);
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  program.stdout.setEncoding('utf8');
  program.stdout.on('data', (chunk: string) => {
    pieces.push(chunk);
    length += chunk.length;
    if (length > MAX_LINE && !chunk.includes('\n')) {
      fail('it sends a message that is too long');
      program.kill();
      return;
    }
    if (!chunk.includes('\n')) return;
    const lines = pieces.join('').split('\n');
    pieces = [lines.pop() ?? ''];
    length = pieces[0]?.length ?? 0;
    for (const line of lines) {
      const message = parsed(line);
      const id = message?.['id'];
      // Requests of the server have a method: nothing is done for it here.
      if (message === undefined || typeof id !== 'number' || message['method'] !== undefined) continue;
      waiting.get(id)?.resolve(message);
      waiting.delete(id);
    }
  });
  let said = '';
  program.stderr.setEncoding('utf8');
  program.stderr.on('data', (chunk: string) => (said = `${said}${chunk}`.slice(-MAX_SAID)));
  void program.exit.then(({ code, limit }) =>
    fail(limit === undefined ? `it ended${code === null ? '' : ` with ${code}`}${lastOf(said)}` : `it ran into the limit of ${limit}`),
  );
  return {
    ask: (message) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) {
          reject(ended);
          return;
        }
        const timer = setTimeout(() => reject(new Error('it does not answer')), PATIENCE);
        const settle =
          <T>(then: (value: T) => void) =>
          (value: T): void => {
            clearTimeout(timer);
            then(value);
          };
        waiting.set(message['id'] as number, { resolve: settle(resolve), reject: settle(reject) });
        program.stdin.write(`${JSON.stringify(message)}\n`);
      }),
    tell: (message) => {
      program.stdin.write(`${JSON.stringify(message)}\n`);
      return Promise.resolve();
    },
  };
}

/** A remote server (streamable HTTP): one request a message; its answer is JSON or a short event stream. */
export function overHttp(url: string, headers: Readonly<Record<string, string>>): Asking {
  let session: string | undefined;
  const post = async (message: JsonObject): Promise<{ status: number; text: string }> => {
    const given = Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]));
    const reply = await guardedFetch(url, {
      // The user wrote the address into the configuration.
      allow: 'as-written',
      method: 'POST',
      headers: {
        ...given,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(session === undefined ? {} : { 'mcp-session-id': session }),
      },
      body: JSON.stringify(message),
      maxBytes: MAX_LINE,
      timeoutMs: PATIENCE,
    });
    session ??= reply.headers['mcp-session-id'];
    return { status: reply.status, text: reply.body.toString('utf8') };
  };
  return {
    async ask(message) {
      const { status, text } = await post(message);
      if (status === 401 || status === 403) throw new Error('it wants a login');
      if (status !== 200) throw new Error(`it answers with status ${status}`);
      for (const line of [text, ...text.split('\n').flatMap((one) => (one.startsWith('data:') ? [one.slice(5)] : []))]) {
        const answer = parsed(line);
        if (answer !== undefined && answer['id'] === message['id']) return answer;
      }
      throw new Error('its answer is no message of the protocol');
    },
    async tell(message) {
      await post(message);
    },
  };
}

function parsed(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The line that tells most: the first that speaks of an error, else the last. */
function lastOf(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const line = lines.find((one) => /error/i.test(one)) ?? lines.at(-1);
  return line === undefined ? '' : `: ${visible(line.trim().slice(0, 160).toWellFormed())}`;
}
