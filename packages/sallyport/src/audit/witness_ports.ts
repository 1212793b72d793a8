import { createSocket } from 'node:dgram';
import { createConnection, isIP } from 'node:net';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { guardedFetch } from '../net/index.ts';
import type { WitnessConfig } from './config.ts';
import { fail } from './errors.ts';
import { readBytes, syncFile, writeAll, type FilePort } from './file_port.ts';
import type { WitnessPort } from './witness.ts';

/** A witness that takes longer is away. */
const TIMEOUT = 10_000;
/** Bytes read of a witness file at start: the newest heads are at its end. */
const READ = 1 << 20;

/** Makes the witness that the configuration names. Nothing is opened before the first checkpoint is sent. */
export function openWitnessPort(config: WitnessConfig, files: FilePort): WitnessPort {
  if (config.kind === 'file') return fileWitness(config.path, files);
  return config.kind === 'webhook' ? webhookWitness(config.url, config.headers ?? {}) : syslogWitness(config.address);
}

/** Lines appended to a file elsewhere: another disk, a network share, a folder whose files may only grow (`chattr +a`). */
function fileWitness(path: string, files: FilePort): WitnessPort {
  return {
    kind: 'file',
    send: async (line) => {
      files.folder(dirname(path));
      const file = files.append(path);
      try {
        writeAll(file, Buffer.from(`${line}\n`));
        await syncFile(file);
      } finally {
        file.close();
      }
    },
    read: () => {
      const from = Math.max(0, (files.size(path) ?? 0) - READ);
      const text = readBytes(files, path, from).toString('latin1');
      return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
    },
    close: () => {},
  };
}

/** The line as a POST body; any 2xx means that it was kept. The operator wrote the address down, so it may be private. */
function webhookWitness(url: string, headers: Readonly<Record<string, string>>): WitnessPort {
  return {
    kind: 'webhook',
    send: async (line) => {
      const reply = await guardedFetch(url, {
        allow: 'as-written',
        method: 'POST',
        timeoutMs: TIMEOUT,
        body: `${line}\n`,
        headers: { ...headers, 'content-type': 'application/json' },
      });
      if (reply.status < 200 || reply.status > 299) throw fail('WITNESS_REFUSED', { detail: `status ${reply.status}` });
    },
    close: () => {},
  };
}

/** RFC 5424, facility 13 (log audit), severity 5 (notice). */
const PRIORITY = 13 * 8 + 5;

/** The line as a syslog message: `udp://`, `tcp://` (octet counting, RFC 6587), or `unix:` and the path of a stream socket. UDP is not answered: nobody knows. */
function syslogWitness(address: string): WitnessPort {
  const host =
    hostname()
      .replace(/[^!-~]/g, '')
      .slice(0, 255) || '-';
  const message = (line: string): Buffer =>
    Buffer.from(
      `<${PRIORITY}>1 ${new Date(Number(/"time":(\d+)/.exec(line)?.[1] ?? 0)).toISOString()} ${host} sallyport ${process.pid} checkpoint - ${line}`,
    );
  return { kind: 'syslog', send: (line) => sendSyslog(address, message(line)), close: () => {} };
}

function sendSyslog(address: string, message: Buffer): Promise<void> {
  if (address.startsWith('unix:')) return sendStream({ path: address.slice('unix:'.length) }, message);
  const url = new URL(address);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || 514);
  return url.protocol === 'udp:' ? sendDatagram(host, port, message) : sendStream({ host, port }, message);
}

function sendDatagram(host: string, port: number, message: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4');
    socket.once('error', reject);
    socket.send(message, port, host, (error) => {
      socket.close();
      if (error === null) resolve();
      else reject(error);
    });
  });
}

/** One connection a message, closed behind it: that the other side took all of it is then known from its end. */
function sendStream(to: { path: string } | { host: string; port: number }, message: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(to, () => socket.end(Buffer.concat([Buffer.from(`${message.length} `), message])));
    socket.setTimeout(TIMEOUT, () => socket.destroy(new Error('time limit')));
    socket.once('error', reject);
    socket.once('close', (failed) => {
      if (!failed) resolve();
    });
    socket.resume();
  });
}
