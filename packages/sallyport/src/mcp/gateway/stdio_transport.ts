import type { Readable, Writable } from 'node:stream';
import { parseJSONRPCMessage, serializeMessage, type JSONRPCMessage, type Transport } from '@modelcontextprotocol/client';
import { fail } from '../errors.ts';
import { MAX_REPLY } from './guarded_fetch.ts';

/** A started server: JSON-RPC messages as lines on its standard streams. */
export type ServerProcess = {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Resolves when it has ended, whoever ended it. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
};

const NEWLINE = 0x0a;

/** The protocol's lines over a process that was started elsewhere. A line that is too long or no message ends nothing but is told; one that never ends closes the connection. */
export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport['onmessage'];
  readonly #process: ServerProcess;
  #pieces: Buffer[] = [];
  #length = 0;
  #closed = false;

  constructor(process: ServerProcess) {
    this.#process = process;
  }

  start(): Promise<void> {
    const { stdin, stdout, ended } = this.#process;
    stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    stdout.on('error', (error) => this.onerror?.(error));
    stdin.on('error', (error) => this.onerror?.(error));
    void ended.then(
      () => this.#over(),
      () => this.#over(),
    );
    return Promise.resolve();
  }

  send(message: JSONRPCMessage): Promise<void> {
    if (this.#closed) return Promise.reject(fail('MCP_SERVER_FAILED', { detail: 'the server has ended' }));
    const { stdin } = this.#process;
    return new Promise((resolve, reject) => {
      stdin.write(serializeMessage(message), (error) => (error === undefined || error === null ? resolve() : reject(error)));
    });
  }

  async close(): Promise<void> {
    if (!this.#closed) await this.#process.stop();
    this.#over();
  }

  #over(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#pieces = [];
    this.onclose?.();
  }

  #take(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      this.#pieces.push(chunk.subarray(from, at));
      from = at + 1;
      this.#line(Buffer.concat(this.#pieces).toString('utf8'));
      this.#pieces = [];
      this.#length = 0;
      if (this.#closed) return;
    }
    if (from === chunk.length) return;
    this.#length += chunk.length - from;
    this.#pieces.push(chunk.subarray(from));
    if (this.#length <= MAX_REPLY) return;
    this.onerror?.(fail('MCP_REPLY_TOO_LARGE'));
    void this.close();
  }

  #line(text: string): void {
    if (text.trim() === '') return;
    let message: JSONRPCMessage;
    try {
      message = parseJSONRPCMessage(JSON.parse(text));
    } catch {
      this.onerror?.(fail('MCP_SERVER_FAILED', { detail: 'a line that is no message' }));
      return;
    }
    this.onmessage?.(message);
  }
}
