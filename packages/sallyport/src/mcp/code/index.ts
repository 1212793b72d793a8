import { existsSync, realpathSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How the built-in server `code` is started, and what its program may read: its own files and the protocol's library. */
export function codeServer(): { readonly command: string; readonly args: readonly string[]; readonly readable: readonly string[] } {
  const here = dirname(fileURLToPath(import.meta.url));
  const library = realpathSync(fileURLToPath(import.meta.resolve('@modelcontextprotocol/server')));
  const modules = library.slice(0, library.lastIndexOf('/node_modules/') + '/node_modules'.length);
  // Node looks there for what kind of module a file is.
  const manifest = join(here, '../../../package.json');
  const readable = [here, modules, ...(existsSync(manifest) ? [manifest] : [])];
  return { command: process.execPath, args: [join(here, `program${extname(import.meta.url)}`)], readable };
}
