import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { LANGUAGES, MAX_SECONDS, runSnippet, USUAL_SECONDS, type Snippet } from './run.ts';

// The server `code` as a program: the gate starts it in a sandbox (`builtin: code`), one for each caller. It imports nothing of the gate's.

const INPUT = {
  type: 'object',
  properties: {
    language: { type: 'string', enum: [...LANGUAGES] },
    code: { type: 'string', minLength: 1, maxLength: 200_000, description: 'The program. What it prints is the answer.' },
    input: { type: 'string', maxLength: 1_000_000, description: 'What it reads on standard input.' },
    seconds: { type: 'integer', minimum: 1, maximum: MAX_SECONDS, description: `How long it may take; ${USUAL_SECONDS} when absent.` },
  },
  required: ['language', 'code'],
  additionalProperties: false,
} as const;
const DESCRIPTION =
  'Runs a program in Python or JavaScript and returns what it prints. It has no network, sees no file but its own, and nothing of it is kept.';

const handle = serveStdio(() => {
  const server = new McpServer({ name: 'sallyport-code', version: '1' });
  const annotations = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false };
  const config = {
    title: 'Run code',
    description: DESCRIPTION,
    inputSchema: fromJsonSchema(INPUT as unknown as Parameters<typeof fromJsonSchema>[0]),
    annotations,
  };
  server.registerTool('run_code', config, async (given, { mcpReq }) => {
    const ran = await runSnippet(given as Snippet, mcpReq.signal).catch((error: NodeJS.ErrnoException) => error);
    if (ran instanceof Error)
      return { isError: true, content: [{ type: 'text', text: `It cannot be run here (${ran.code ?? 'failed'}).` }] };
    const said = [
      ran.stdout,
      ran.stderr === '' ? '' : `standard error:\n${ran.stderr}`,
      ran.cut ? '(cut: it printed more)' : '',
      ran.stopped === 'time' ? '(stopped: it took too long)' : ran.exit === 0 ? '' : `(exit code ${ran.exit ?? 'none: it was ended'})`,
    ];
    const text = said.filter((one) => one !== '').join('\n');
    return { isError: ran.exit !== 0, content: [{ type: 'text', text: text === '' ? '(it printed nothing)' : text }] };
  });
  return server;
});
process.stdin.once('end', () => void handle.close());
