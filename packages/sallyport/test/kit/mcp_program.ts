import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

// A server on standard input and output, for tests of what a server gets to hear: each line goes to `heard.jsonl` of its folder as it came.
// `old`: the library 1.x; `new`: 2.x, which speaks all versions; `late`: no library, answers what was cancelled all the same.

const [kind = 'new'] = process.argv.slice(2);
process.stdin.on('data', (chunk: Buffer) => appendFileSync('heard.jsonl', chunk));

const NAMES = ['quick', 'slow'];
const TOOLS = NAMES.map((name) => ({ name, inputSchema: { type: 'object' as const, properties: { text: { type: 'string' } } } }));
const said = (text: string): { content: { type: 'text'; text: string }[] } => ({ content: [{ type: 'text', text }] });

const textIn = (args: Record<string, unknown> = {}): string => (typeof args['text'] === 'string' ? args['text'] : '');

type Told = { readonly progressToken: string | number; readonly progress: number };
type Call = { readonly signal: AbortSignal; readonly token: string | number | undefined; readonly notify: (params: Told) => Promise<void> };

/** `slow` tells how far it is, and ends only when it is cancelled. */
async function run(name: string, text: string, { signal, token, notify }: Call): Promise<ReturnType<typeof said>> {
  if (name === 'quick') return said(text);
  if (token !== undefined) await notify({ progressToken: token, progress: 1 });
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  appendFileSync('heard.jsonl', '{"ended":true}\n');
  return said('too late');
}

if (kind === 'old') {
  const { Server } = await import('@modelcontextprotocol/sdk/server/index.js');
  const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');
  const { CallToolRequestSchema, ListToolsRequestSchema } = await import('@modelcontextprotocol/sdk/types.js');
  // oxlint-disable-next-line typescript/no-deprecated -- the low-level server is what a test wants
  const server = new Server({ name: 'old', version: '1' }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: TOOLS }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }, { signal, sendNotification }) =>
    run(params.name, textIn(params.arguments), {
      signal,
      token: params._meta?.progressToken,
      notify: (told) => sendNotification({ method: 'notifications/progress', params: told }),
    }),
  );
  await server.connect(new StdioServerTransport());
} else if (kind === 'new') {
  const { Server } = await import('@modelcontextprotocol/server');
  const { serveStdio } = await import('@modelcontextprotocol/server/stdio');
  serveStdio(() => {
    // oxlint-disable-next-line typescript/no-deprecated -- the low-level server is what a test wants
    const server = new Server({ name: 'new', version: '1' }, { capabilities: { tools: {} } });
    server.setRequestHandler('tools/list', () => ({ tools: TOOLS }));
    server.setRequestHandler('tools/call', ({ params }, { mcpReq }) =>
      run(params.name, textIn(params.arguments), {
        signal: mcpReq.signal,
        token: mcpReq._meta?.progressToken,
        notify: (told) => mcpReq.notify({ method: 'notifications/progress', params: told }),
      }),
    );
    return server;
  });
} else {
  const answer = (id: unknown, result: unknown): void => void process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
  const init = { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'late', version: '1' } };
  let rest = '';
  process.stdin.on('data', (chunk: Buffer) => {
    const lines = `${rest}${chunk.toString()}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { id, method, params } = JSON.parse(line) as { id?: number; method: string; params?: { name?: string; requestId?: number } };
      if (method === 'initialize') answer(id, init);
      else if (method === 'tools/list') answer(id, { tools: TOOLS });
      else if (method === 'notifications/cancelled') {
        // For the one that was cancelled, and for the one that comes next.
        void sleep(50).then(() => {
          answer(params?.requestId, said('too late'));
        });
      } else if (method === 'tools/call' && params?.name === 'quick') setTimeout(() => answer(id, said('mine')), 200);
      else if (id !== undefined && method !== 'tools/call')
        process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32_601, message: 'Method not found' } })}\n`);
    }
  });
}
