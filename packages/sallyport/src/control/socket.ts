import { chmod, lstat, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { listenOn, type Listening } from '../net/index.ts';
import { fail } from './errors.ts';
import { createBareServer } from './port.ts';

/** Bytes that `sun_path` holds on every system we run on (macOS 104, Linux 108), less the closing zero. */
const MAX_SOCKET_PATH = 103;

/** Where the server of a data folder is reached by the commands of this machine. Whoever may open it is the operator. */
export function socketFile(dataDir: string): string {
  return join(dataDir, 'control.sock');
}

/**
 * Listens on the socket, mode 0600, in a folder that only its owner may enter (so that nobody gets in between bind and chmod).
 * Throws CONTROL_SOCKET_PATH, CONTROL_SOCKET_FOLDER_OPEN or CONTROL_SOCKET_TAKEN.
 */
export async function listenOnSocket(handler: RequestListener, path: string): Promise<Listening> {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH) throw fail('CONTROL_SOCKET_PATH');
  const folder = await lstat(dirname(path));
  if ((folder.mode & 0o077) !== 0) throw fail('CONTROL_SOCKET_FOLDER_OPEN');
  await removeStale(path);
  const listening = await listenOn(createBareServer(handler), { path });
  if (listening === undefined) throw fail('CONTROL_SOCKET_PATH');
  await chmod(path, 0o600);
  return listening;
}

/** A server that was killed leaves its socket file behind: nobody answers there, and it is in the way. */
async function removeStale(path: string): Promise<void> {
  if (await socketAnswers(path)) throw fail('CONTROL_SOCKET_TAKEN');
  await rm(path, { force: true });
}

/** Whether a server accepts connections at this socket. */
export function socketAnswers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
