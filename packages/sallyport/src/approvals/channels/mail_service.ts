import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { guardedConnector } from '../../net/index.ts';
import type { Secret } from '../../kernel/index.ts';

/** A mail server as the operator wrote it down. */
export type MailServer = { readonly address: Secret; readonly from: string };

const TIMEOUT = 15_000;

/** Sends one plain-text mail. The connection goes through the address guard; beyond this machine it is encrypted or not made. Rejects what the server says. */
export async function sendMail(server: MailServer, to: readonly string[], mail: { subject: string; text: string }): Promise<void> {
  // Loaded when a mail is sent: most installations have no mail server.
  const { createTransport } = await import('nodemailer');
  const url = new URL(server.address.reveal());
  const tls = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port === '' ? (tls ? 465 : 587) : url.port);
  const local = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  const connection = await connect(host, port);
  const transport = createTransport({
    host,
    port,
    secure: tls,
    requireTLS: !tls && !local,
    connection,
    ...(url.username === '' ? {} : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
    disableFileAccess: true,
    disableUrlAccess: true,
    connectionTimeout: TIMEOUT,
    greetingTimeout: TIMEOUT,
    socketTimeout: TIMEOUT,
  });
  try {
    await transport.sendMail({ from: server.from, to: [...to], ...mail });
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

/** TCP only: nodemailer starts TLS on it itself, by `smtps:` or STARTTLS. */
function connect(hostname: string, port: number): Promise<Socket> {
  const connector = guardedConnector({ allow: 'as-written', plaintext: true, timeoutMs: TIMEOUT });
  return new Promise((resolve, reject) => {
    connector({ hostname, host: hostname, protocol: 'http:', port: String(port) }, (error, socket) => {
      if (socket === null) reject(error ?? new Error('no connection'));
      else resolve(socket);
    });
  });
}
