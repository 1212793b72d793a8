import { createPublicKey } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Checkpoint } from './checkpoint.ts';
import { fail } from './errors.ts';
import { EventLog, type LogOptions } from './event_log.ts';
import { readBytes, syncFile, writeAll, type FilePort } from './file_port.ts';
import { KEY_FILE, type LogEnd } from './log_layout.ts';
import { recoverLog, type TailCut } from './log_recovery.ts';

/** A tree head that something outside the folder kept, and what that is. */
export type KeptHead = { readonly checkpoint: Checkpoint; readonly from: string };

export type OpenedLog = { readonly log: EventLog; readonly cut: TailCut | undefined };

/**
 * Opens a log to append to it: recovers its end, cuts a torn tail, and signs that it is open. Rejects LOG_BROKEN when anything that was sealed has changed.
 * `publicKeyPem` belongs to `options.key`; `heads` are those that the database and the witness kept. The caller holds the log's lock.
 */
export async function openLog(options: LogOptions, publicKeyPem: string, heads: readonly KeptHead[] = []): Promise<OpenedLog> {
  const { files, folder, log } = options;
  files.folder(folder);
  files.syncFolder(dirname(folder));
  await keepKey(files, join(folder, KEY_FILE), publicKeyPem, log);
  const keys = [createPublicKey(publicKeyPem)];
  const { end, last, cut } = await recoverLog({ files, folder, log, keys }, (found) => checkHeads(found, log, heads));
  if (last?.state === 'sealed') throw fail('LOG_BROKEN', { say: `Log ${log} was sealed and cannot be opened again.` });
  const opened = new EventLog(options, end);
  await opened.checkpoint('open', true);
  return { log: opened, cut };
}

async function keepKey(files: FilePort, path: string, pem: string, log: string): Promise<void> {
  const found = readBytes(files, path).toString('latin1');
  if (found === pem) return;
  if (!pem.startsWith(found)) throw fail('LOG_BROKEN', { say: `Log ${log}: its key file is not this installation's.` });
  const file = files.append(path);
  try {
    file.truncate(0);
    writeAll(file, Buffer.from(pem));
    await syncFile(file);
  } finally {
    file.close();
  }
}

/** A log that is behind what was seen of it, or other than it, is an older copy or a new one in its place. */
function checkHeads(end: LogEnd, log: string, heads: readonly KeptHead[]): void {
  for (const { checkpoint, from } of heads) {
    if (checkpoint.log !== log) continue;
    if (checkpoint.size > end.tree.size) {
      throw fail('LOG_BROKEN', {
        say: `Log ${log} has ${end.tree.size} records, but ${from} saw ${checkpoint.size}: an older copy was put in its place.`,
      });
    }
    if (checkpoint.size === end.tree.size && checkpoint.root !== end.tree.root().toString('hex')) {
      throw fail('LOG_BROKEN', { say: `Log ${log} is not the one that ${from} saw.` });
    }
  }
}
