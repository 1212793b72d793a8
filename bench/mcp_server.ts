import { startServer } from '../packages/sallyport/test/kit/mcp.ts';

// The tool server of `mcp.ts`, a process of its own: in one with its caller a call would cost neither side a wake-up.

const server = await startServer();
process.send?.(server.url);
process.once('disconnect', () => void server.close());
