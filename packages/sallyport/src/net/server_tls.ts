import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Server } from 'node:https';
import { reasonOf, type Logger } from '../kernel/index.ts';

/** The certificate and key that our ports show, read again when their files change. */
export type ServerTls = {
  /** For `https.createServer`. */
  options(): SecureContextOptions;
  /** From now on this server takes over each new certificate; connections that stand keep theirs. */
  attach(server: Server): void;
  close(): void;
};

/** How often the files are looked at. By their content, not by notification: certificates arrive as swapped links, by copy, over NFS. */
const LOOK_MS = 5_000;

/**
 * Reads PEM files; throws when they cannot be read or do not belong together. A later change that is wrong is logged, and the
 * certificate in use stays until the files are right.
 */
export function openServerTls(files: { readonly cert: string; readonly key: string }, logger: Logger, lookMs = LOOK_MS): ServerTls {
  const read = (): { cert: Buffer; key: Buffer } => ({ cert: readFileSync(files.cert), key: readFileSync(files.key) });
  const contextOf = (pair: { cert: Buffer; key: Buffer }): SecureContextOptions => ({ ...pair, minVersion: 'TLSv1.2' });
  let pair = read();
  createSecureContext(contextOf(pair));
  let told = '';
  const servers = new Set<Server>();

  function look(): void {
    try {
      const next = read();
      if (next.cert.equals(pair.cert) && next.key.equals(pair.key)) return;
      createSecureContext(contextOf(next));
      pair = next;
      told = '';
      for (const server of servers) server.setSecureContext(contextOf(pair));
      logger.info('certificate taken over', { file: files.cert });
    } catch (error) {
      // Certificate and key are two files: between their two writes they do not fit. Said once.
      const reason = reasonOf(error);
      if (reason !== told) logger.warn('new certificate not usable, the present one stays', { file: files.cert, reason });
      told = reason;
    }
  }

  const timer = setInterval(look, lookMs);
  timer.unref();
  return {
    options: () => contextOf(pair),
    attach(server) {
      servers.add(server);
      server.once('close', () => servers.delete(server));
    },
    close: () => clearInterval(timer),
  };
}
