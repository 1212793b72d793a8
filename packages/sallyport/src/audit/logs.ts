import { join } from 'node:path';
import { newId } from '../kernel/index.ts';
import type { EventLog, LogOptions } from './event_log.ts';
import type { FilePort } from './file_port.ts';
import { eventsFolder, isLogId, segmentName } from './log_layout.ts';
import { lastCheckpoint, segmentsIn, type LogSource } from './log_reader.ts';
import type { TailCut } from './log_recovery.ts';
import { openLog, type KeptHead } from './open_log.ts';

export type OpenedLogs = {
  readonly own: EventLog;
  /** Logs of this folder that nobody writes any more. */
  readonly sealed: readonly LogSource[];
  /** Torn tails that were cut, by log. */
  readonly cuts: readonly (TailCut & { readonly log: string })[];
  /** The logs of this folder, those of other living processes included. */
  readonly known: readonly string[];
  release(): void;
};

export type LogsOptions = Omit<LogOptions, 'folder' | 'log'> & {
  readonly dir: string;
  readonly publicKeyPem: string;
  readonly heads: readonly KeptHead[];
};

/**
 * Finds this process its log: the newest that no living process holds and that was not sealed, else a new one. Other logs that were left behind are
 * sealed: recovered, signed once more, and never written again.
 */
export async function openLogs(options: LogsOptions): Promise<OpenedLogs> {
  const { files, dir } = options;
  const events = eventsFolder(dir);
  files.folder(events);
  const known = files.list(events).filter(isLogId);
  const cuts: (TailCut & { log: string })[] = [];
  const sealed: LogSource[] = [];
  let own: { log: EventLog; release: () => void } | undefined;
  const open = async (log: string): Promise<EventLog> => {
    const opened = await openLog({ ...options, folder: join(events, log), log }, options.publicKeyPem, options.heads);
    if (opened.cut !== undefined) cuts.push({ ...opened.cut, log });
    return opened.log;
  };
  try {
    for (const log of known.toReversed()) {
      const release = files.lock(join(events, `${log}.lock`));
      if (release === undefined) continue;
      try {
        const isSealed = endOf(files, join(events, log)).state === 'sealed';
        if (!isSealed && own === undefined) {
          own = { log: await open(log), release };
          continue;
        }
        if (!isSealed) await (await open(log)).close('sealed');
        sealed.push(sealedSource(files, events, log));
      } finally {
        if (own?.release !== release) release();
      }
    }
    own ??= await openNew(files, events, newId('log', options.clock()), open);
  } catch (error) {
    own?.release();
    throw error;
  }
  return { own: own.log, sealed, cuts, known: [...new Set([...known, own.log.id])], release: own.release };
}

async function openNew(
  files: FilePort,
  events: string,
  log: string,
  open: (log: string) => Promise<EventLog>,
): Promise<{ log: EventLog; release: () => void }> {
  const release = files.lock(join(events, `${log}.lock`));
  if (release === undefined) throw new TypeError('audit: the lock of a new log is taken');
  try {
    return { log: await open(log), release };
  } catch (error) {
    release();
    throw error;
  }
}

/** How a log ends according to its last checkpoint. */
function endOf(files: FilePort, folder: string): { state: string; size: number; segment: number; offset: number } {
  const segment = segmentsIn(files, folder).at(-1) ?? 1;
  const last = lastCheckpoint(files, folder, segment) ?? (segment > 1 ? lastCheckpoint(files, folder, segment - 1) : undefined);
  const offset = files.size(join(folder, segmentName(segment))) ?? 0;
  return { state: last?.state ?? 'open', size: last?.size ?? 0, segment, offset };
}

function sealedSource(files: FilePort, events: string, log: string): LogSource {
  const folder = join(events, log);
  const end = endOf(files, folder);
  return { log, folder, end: () => end };
}
