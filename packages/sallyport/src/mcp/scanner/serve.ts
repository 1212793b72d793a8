import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { scannerTools, type ScannerDeps } from './tools.ts';

/** Serves the tools on standard input and output until the client leaves or `signal` aborts. Speaks every version of the protocol that the library knows, older clients included. */
export async function serveScanner(deps: ScannerDeps, version: string, signal: AbortSignal): Promise<void> {
  const left = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve).once('close', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const handle = serveStdio(() => serverOf(deps, version));
  await left;
  await handle.close();
}

function serverOf(deps: ScannerDeps, version: string): McpServer {
  const server = new McpServer({ name: 'sallyport-scanner', version });
  for (const tool of scannerTools(deps)) {
    const { name, title, description, input } = tool;
    const inputSchema = fromJsonSchema(JSON.parse(JSON.stringify(input)) as Parameters<typeof fromJsonSchema>[0]);
    const annotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
    server.registerTool(name, { title, description, inputSchema, annotations }, async (given) => {
      const result = await tool.run(given);
      if (!result.ok) return { isError: true, content: [{ type: 'text', text: result.refused }] };
      return { content: [{ type: 'text', text: JSON.stringify(result.value) }], structuredContent: result.value };
    });
  }
  return server;
}
