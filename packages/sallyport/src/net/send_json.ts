import type { ServerResponse } from 'node:http';

/** Headers of every JSON answer: never cached, never sniffed. */
export const JSON_HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const;

/** Writes a JSON answer, unless the client has gone or has its answer already. `body`: what becomes JSON, or JSON text. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: object | string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  // As text, Node sends head and body in one write; as bytes it would be two.
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  // Ours last: an upstream's own content type (an HTML error page) must not name what this body is.
  response.writeHead(status, { ...headers, ...JSON_HEADERS, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
