import { createServer, type IncomingHttpHeaders, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createMcpHandler, Server, type ServerContext } from '@modelcontextprotocol/server';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

// oxlint-disable-next-line typescript/no-explicit-any -- tests look into it freely
type Loose = any;

export type Tool = { name: string; title?: string; description?: string; inputSchema: object; outputSchema?: object; annotations?: object };

/** A server of the protocol that tests can change at any time. */
export type TestServer = {
  readonly url: string;
  tools: Tool[];
  prompts: Loose[];
  resources: Loose[];
  instructions: string | undefined;
  /** Answers a call; `context` is the library's own, to ask and tell the client something. */
  answer: (name: string, args: Loose, headers: IncomingHttpHeaders, context: ServerContext) => Loose;
  readResource: (uri: string) => Loose;
  getPrompt: (name: string, args: Loose) => Loose;
  /** Every request that came, with its headers. */
  readonly requests: { readonly headers: IncomingHttpHeaders; readonly body: Loose }[];
  /** Answers instead of the protocol, when it does. */
  raw:
    | ((
        body: Loose,
        headers: IncomingHttpHeaders,
      ) => { status?: number; type?: string; text: string | Buffer; location?: string } | undefined)
    | undefined;
  close(): Promise<void>;
};

export const ECHO: Tool = {
  name: 'echo',
  description: 'Says what it was told.',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
};

/** Starts one with the library's own server (2.x), which speaks all versions. */
export async function startServer(given: Partial<TestServer> = {}): Promise<TestServer> {
  const state: TestServer = {
    url: '',
    tools: [ECHO],
    prompts: [],
    resources: [],
    instructions: undefined,
    answer: (_name, args) => ({ content: [{ type: 'text', text: String(args?.text ?? 'done') }] }),
    readResource: (uri) => ({ contents: [{ uri, text: `text of ${uri}` }] }),
    getPrompt: (name) => ({ messages: [{ role: 'user', content: { type: 'text', text: `prompt ${name}` } }] }),
    requests: [],
    raw: undefined,
    close: async () => {
      handler.close().catch(() => undefined);
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
    ...given,
  };
  const handler = createMcpHandler((context) => {
    const headers = Object.fromEntries(context.requestInfo?.headers ?? []);
    // oxlint-disable-next-line typescript/no-deprecated -- the low-level server is what a test wants
    const server = new Server(
      { name: 'test', version: '1' },
      {
        capabilities: { tools: {}, prompts: {}, resources: {}, logging: {} },
        ...(state.instructions === undefined ? {} : { instructions: state.instructions }),
      },
    );
    server.setRequestHandler('tools/list', () => ({ tools: state.tools as Loose }));
    server.setRequestHandler('prompts/list', () => ({ prompts: state.prompts }));
    server.setRequestHandler('resources/list', () => ({ resources: state.resources }));
    server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [] }));
    server.setRequestHandler('tools/call', ({ params }, context) => state.answer(params.name, params.arguments, headers, context));
    server.setRequestHandler('prompts/get', ({ params }) => state.getPrompt(params.name, params.arguments));
    server.setRequestHandler('resources/read', ({ params }) => state.readResource(params.uri));
    return server;
  });
  const http: HttpServer = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      const body: Loose = text === '' ? undefined : JSON.parse(text);
      state.requests.push({ headers: request.headers, body });
      const raw = state.raw?.(body, request.headers);
      if (raw !== undefined) {
        response.writeHead(raw.status ?? 200, {
          'content-type': raw.type ?? 'application/json',
          ...(raw.location === undefined ? {} : { location: raw.location }),
        });
        return response.end(raw.text);
      }
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const web = new Request(`http://server${request.url}`, {
        signal: gone.signal,
        method: request.method ?? 'GET',
        headers: request.headers as Record<string, string>,
      });
      const reply = await handler.fetch(web, body === undefined ? {} : { parsedBody: body });
      response.writeHead(reply.status, Object.fromEntries(reply.headers));
      if (reply.body === null) return response.end();
      return Readable.fromWeb(reply.body as Loose).pipe(response);
    })().catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp` });
}

/** A client of today (2.x); `legacy` begins with the handshake of 2025. */
export async function connect(
  gateway: string,
  path: string,
  key: string,
  options: { readonly mode?: 'auto' | 'legacy'; readonly capabilities?: object } = {},
): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: options.mode ?? 'auto' }, capabilities: options.capabilities ?? {} },
  );
  await client.connect(
    new StreamableHTTPClientTransport(new URL(path, gateway), { requestInit: { headers: { authorization: `Bearer ${key}` } } }),
  );
  return client;
}

/** A client of yesterday (`@modelcontextprotocol/sdk` 1.x). */
export async function connectOld(gateway: string, path: string, key: string): Promise<OldClient> {
  const client = new OldClient({ name: 'old', version: '1' });
  const transport = new OldTransport(new URL(path, gateway), { requestInit: { headers: { authorization: `Bearer ${key}` } } });
  await client.connect(transport);
  return client;
}

/** The text of a result's first block. */
export function textOf(result: Loose): string {
  return result.content?.[0]?.text ?? '';
}
