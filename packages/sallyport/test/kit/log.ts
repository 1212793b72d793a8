import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLogId } from '../../src/audit/log_layout.ts';
import { readFrame } from '../../src/audit/frame.ts';
import type { Running } from './sallyport.ts';

export type LoggedEvent = {
  readonly uid: string;
  readonly kind: string;
  readonly phase?: string;
  readonly target?: { readonly id: string };
  readonly http?: { readonly status: number };
};

/** Every whole record of every log of a data folder, in order. What is torn ends a segment, as for the product itself. */
export function loggedEvents(data: string): LoggedEvent[] {
  const events = join(data, 'events');
  if (!existsSync(events)) return [];
  return readdirSync(events)
    .filter(isLogId)
    .sort()
    .flatMap((log) =>
      readdirSync(join(events, log))
        .filter((name) => name.endsWith('.seg'))
        .sort()
        .flatMap((name) => recordsIn(readFileSync(join(events, log, name)))),
    );
}

function recordsIn(bytes: Buffer): LoggedEvent[] {
  const found: LoggedEvent[] = [];
  for (let at = 0; ;) {
    const frame = readFrame(bytes, at);
    if (typeof frame === 'string') return found;
    found.push(JSON.parse(bytes.subarray(frame.start, frame.end).toString('utf8')) as LoggedEvent);
    at = frame.end;
  }
}

/** Ids of all events that the database lists, page by page. */
export async function listedEvents(gate: Running): Promise<Set<string>> {
  const known = new Set<string>();
  for (let after: string | undefined; ;) {
    const list = await gate.cli('events', 'list', '--json', '--limit', '500', ...(after === undefined ? [] : ['--after', after]));
    if (list.code !== 0) throw new Error(list.stderr);
    const page = JSON.parse(list.stdout) as { events: { uid: string }[]; next?: string };
    for (const event of page.events) known.add(event.uid);
    if (page.next === undefined) return known;
    after = page.next;
  }
}
