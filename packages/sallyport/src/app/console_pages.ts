import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Control } from '../control/service.ts';

/** Where the build of `packages/console` stands, beside `src` and, in the published package, beside `dist`. */
const FOLDER = fileURLToPath(new URL('../../console-dist', import.meta.url));

/**
 * What a page of the console may do: run our own files and talk to our own API. No inline script or style, no frame around it, no form that
 * leaves it; and no text can become markup, by any library's fault (https://www.w3.org/TR/trusted-types/).
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

type PageFile = { readonly type: string; readonly bytes: Buffer; readonly zipped: Buffer; readonly forever: boolean };

/** Serves the console's pages on the console port. Every address that is not the API's, nor a file's, is a page: the console itself knows which. */
export function addConsole(control: Control, folder: string = FOLDER): void {
  const files = load(folder);
  const index = files.get('/index.html');
  control.tcp.get('/*', (request, reply) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    const file = files.get(path) ?? (isPage(path) ? index : undefined);
    if (file === undefined) return reply.callNotFound();
    const zip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    return reply
      .headers({
        'content-security-policy': POLICY,
        'cache-control': file.forever ? 'public, max-age=31536000, immutable' : 'no-cache',
        'cross-origin-opener-policy': 'same-origin',
        'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
        vary: 'accept-encoding',
        ...(zip ? { 'content-encoding': 'gzip' } : {}),
      })
      .type(file.type)
      .send(zip ? file.zipped : file.bytes);
  });
}

/** Not the API, not a file that does not exist, not an endpoint of another part. The token of an approval's link has dots in it. */
function isPage(path: string): boolean {
  return /^\/approve\/[\w.-]+$/.test(path) || (!/^\/(api|assets|oidc|approve|metrics|healthz)(\/|$)/.test(path) && extname(path) === '');
}

/** The whole folder, some 400 KB; none when the console was not built. */
function load(folder: string): Map<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const path of list(folder)) {
    const type = TYPES[extname(path)];
    if (type === undefined) continue;
    const bytes = readFileSync(path);
    const name = `/${relative(folder, path).split(sep).join('/')}`;
    // Names under assets/ carry a hash of what is in them.
    files.set(name, { type, bytes, zipped: gzipSync(bytes), forever: name.startsWith('/assets/') });
  }
  return files;
}

function list(folder: string): string[] {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? list(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}
