import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyObject } from 'node:crypto';
import { table, visible, type ApiClient, type Command, type CommandContext } from '../kernel/index.ts';
import { parseCheckpoint, readPublicKeys, type Checkpoint } from './checkpoint.ts';
import type { Content } from './content.ts';
import { fail } from './errors.ts';
import { diskFiles, readBytes } from './file_port.ts';
import { eventsFolder, KEY_FILE } from './log_layout.ts';
import type { EventPlace } from './lookup.ts';
import { toOcsf } from './ocsf.ts';
import { verifyProof } from './proof.ts';
import type { ShownEvent } from './routes.ts';
import type { AuditHealth } from './service.ts';
import { showEvent, utc } from './show.ts';
import { verifyLogs, type LogReader, type Verdict, type VerifyOptions } from './verify.ts';

/** A segment that was made larger than this was made so by someone else. */
const MAX_FILE = 1 << 30;

const FORMAT = { name: 'format', value: 'table|json|ocsf', summary: 'A table, JSON, or OCSF events, one JSON object a line.' };
const FILTERS = [
  { name: 'since', value: 'TIME', summary: 'From this time on: 15m, 2h, 7d ago, or ISO 8601.' },
  { name: 'until', value: 'TIME', summary: 'Up to this time.' },
  { name: 'decision', value: 'allow|ask|deny', summary: 'Only events with this decision.' },
  { name: 'kind', value: 'KIND', summary: 'Only this kind, or kinds that begin with it: gateway, key, policy.' },
  { name: 'model', value: 'MODEL', summary: 'Only requests for this model.' },
  { name: 'principal', value: 'WHO', summary: 'Only what this principal did: an id, or the name of a key, agent or person.' },
  { name: 'limit', value: 'N', summary: 'How many, 500 at most; 50 when absent.' },
  { name: 'after', value: 'NEXT', summary: 'The page after this one.' },
  { name: 'source', value: 'demo', summary: 'The made-up events of `sallyport demo load`.' },
];

/** Commands over events, the log and the content store. `audit verify` reads files and needs no server. */
export const COMMANDS: readonly Command[] = [
  { name: 'events list', summary: 'Lists events, newest first.', flags: [...FILTERS, FORMAT], run: list },
  {
    name: 'events show',
    summary: 'Shows one event: what was decided and why, with the findings marked in the text.',
    usage: 'ID',
    flags: [FORMAT],
    run: show,
  },
  { name: 'events follow', summary: 'Prints events as they happen.', flags: [FORMAT], run: follow },
  {
    name: 'audit verify',
    summary: 'Checks the event log offline, byte by byte; exit 1 with the first broken record.',
    flags: [
      { name: 'key', value: 'FILE', summary: 'The public key (PEM) that the log must be signed with.' },
      { name: 'witness', value: 'FILE', summary: 'What a witness kept: its file, or a syslog file with its messages.' },
      { name: 'database', summary: 'Also compare with the tree heads that the database keeps.' },
      { name: 'partial', summary: 'Logs that the witness knows and that are not here belong to other machines.' },
      { name: 'proof', value: 'FILE', summary: 'Check this proof of one event instead; needs --key.' },
    ],
    run: verify,
  },
  {
    name: 'audit key',
    summary: 'Prints the public key that the log is signed with; keep it elsewhere, for `audit verify --key`.',
    flags: [],
    run: printKey,
  },
  { name: 'audit proof', summary: 'Prints the proof that an event is in the log.', usage: 'ID', flags: [], run: proof },
  { name: 'audit status', summary: 'Shows the state of the log, its projection and its witness.', flags: [], run: status },
  { name: 'audit rebuild', summary: 'Makes the list of events in the database anew from the log.', flags: [], run: rebuild },
  {
    name: 'content erase',
    summary: "Erases a person's text for good; events stay and stay provable.",
    usage: 'SUBJECT',
    flags: [],
    run: erase,
  },
];

async function list(context: CommandContext): Promise<number> {
  const params = new URLSearchParams();
  for (const { name } of FILTERS) {
    const value = context.flags[name];
    if (typeof value === 'string') params.set(name, value);
  }
  const page = (await (await context.api()).call('GET', `/api/events?${params.toString()}`)) as unknown as {
    events: ShownEvent[];
    next?: string;
  };
  const format = formatOf(context);
  if (format === 'json') context.out(JSON.stringify(page));
  else if (format === 'ocsf') for (const event of page.events) context.out(JSON.stringify(toOcsf(event)));
  else if (page.events.length === 0) context.out('There are no such events.');
  else {
    context.out(eventTable(page.events, context.width));
    if (page.next !== undefined) context.note(`More: --after ${page.next}\n`);
  }
  return 0;
}

function formatOf(context: CommandContext): 'table' | 'json' | 'ocsf' {
  const format = context.flags['format'];
  if (format === 'ocsf') return 'ocsf';
  return context.json || format === 'json' ? 'json' : 'table';
}

const COLUMNS = [
  { title: 'TIME (UTC)', whole: true },
  { title: 'DECISION', whole: true },
  { title: 'WHAT' },
  { title: 'WHO' },
  { title: 'RULE' },
  { title: 'EVENT', whole: true },
];

/** Narrower than this, the id goes below its row: beside the other cells it would leave them no room. */
const WIDE = 100;

function eventTable(events: readonly ShownEvent[], width: number): string {
  const rows = events.map(eventRow);
  if (width >= WIDE) return table(COLUMNS, rows, width);
  const lines = table(
    COLUMNS.slice(0, -1),
    rows.map((row) => row.slice(0, -1)),
    width,
  ).split('\n');
  return lines.map((line, at) => (at === 0 ? line : `${line}\n${' '.repeat(16)}${events[at - 1]?.uid ?? ''}`)).join('\n');
}

function eventRow(event: ShownEvent): string[] {
  const { decision } = event;
  const would = decision?.action === 'allow' ? decision.would[0] : undefined;
  const rule =
    decision?.rules.find((one) => one.action === decision.action)?.id ??
    (would === undefined ? '' : `(would ${would.action}: ${would.id})`);
  const about = event.target === undefined ? '' : `${event.target.kind} ${event.target.name ?? event.target.id}`;
  return [
    utc(event.time).slice(5, 19),
    decision?.action ?? '',
    event.api?.model ?? `${event.kind} ${about}`.trimEnd(),
    event.actor.name ?? event.actor.principal,
    rule,
    event.uid,
  ];
}

async function show(context: CommandContext): Promise<number> {
  const uid = context.args[0];
  if (uid === undefined) return misused(context, 'Which event? `sallyport events list` shows their ids.');
  const api = await context.api();
  const { event, place } = (await api.call('GET', `/api/events/${encodeURIComponent(uid)}`)) as unknown as {
    event: ShownEvent;
    place?: EventPlace;
  };
  const format = formatOf(context);
  if (format === 'ocsf') context.out(JSON.stringify(toOcsf(event)));
  else {
    const content = await contentOf(api, event);
    if (format === 'json') context.out(JSON.stringify({ event, content, place }));
    else context.out(showEvent(event, content, place, { width: context.width, colour: context.colour }));
  }
  return 0;
}

/** The event's text; a caller who may not read it still sees the event. */
async function contentOf(api: ApiClient, event: ShownEvent): Promise<Content> {
  try {
    return (await api.call('GET', `/api/events/${encodeURIComponent(event.uid)}/content`)) as unknown as Content;
  } catch (error) {
    if ((error as { status?: unknown }).status !== 403) throw error;
    return { state: 'missing', why: 'Reading the text needs the permission content:read.' };
  }
}

async function follow(context: CommandContext): Promise<number> {
  const format = formatOf(context);
  const api = await context.api();
  for await (const line of api.lines('/api/events/follow', context.signal)) {
    const event = line as unknown as ShownEvent;
    if (format === 'json') context.out(JSON.stringify(event));
    else if (format === 'ocsf') context.out(JSON.stringify(toOcsf(event)));
    else
      context.out(
        eventRow(event)
          .filter((cell) => cell !== '')
          .map(visible)
          .join('  '),
      );
  }
  return 0;
}

async function verify(context: CommandContext): Promise<number> {
  const { flags } = context;
  const keys = typeof flags['key'] === 'string' ? readKeys(flags['key']) : undefined;
  if (typeof flags['proof'] === 'string') {
    if (keys === undefined)
      return misused(context, 'A proof is checked against a key: add --key FILE (`sallyport audit key` prints it where the log is).');
    return verifyOneProof(context, flags['proof'], keys);
  }
  const heads = flags['database'] === true ? await databaseHeads(context) : undefined;
  const options: VerifyOptions = {
    ...(keys !== undefined && { keys }),
    ...(typeof flags['witness'] === 'string' && { witness: readText(flags['witness'], 'latin1') }),
    ...(heads !== undefined && { heads }),
    partial: flags['partial'] === true,
    progress: (log, segment, segments) => context.note(`${log}: segment ${segment} of ${segments}`),
  };
  const verdict = verifyLogs(logReader(context.dataDir), options);
  context.out(context.json ? JSON.stringify(verdict) : verdictLines(verdict).join('\n'));
  return verdict.ok ? 0 : 1;
}

async function databaseHeads(context: CommandContext): Promise<Checkpoint[]> {
  const reply = (await (await context.api()).call('GET', '/api/audit/heads')) as { heads: string[] };
  return reply.heads.flatMap((line) => parseCheckpoint(line) ?? []);
}

function verdictLines(verdict: Verdict): string[] {
  const { broken } = verdict;
  const logs = verdict.logs.flatMap((log) => [
    `${log.log}  ${log.records} records, ${log.segments} ${log.segments === 1 ? 'segment' : 'segments'}, ${log.bytes} bytes, ${log.checkpoints} checkpoints${log.last === undefined ? '' : `, last signed ${utc(log.last.time)} by key ${log.last.key}`}`,
    ...(log.unsealed === 0 ? [] : [`  ${log.unsealed} newest records are chained, but not signed yet`]),
    ...(log.torn === undefined
      ? []
      : [
          `  torn tail: ${log.torn.bytes} bytes at offset ${log.torn.offset} of segment ${log.torn.segment} (a write that did not end; cut at the next start)`,
        ]),
  ]);
  if (broken === undefined) return [...logs, verdict.summary];
  const where = [
    broken.segment === undefined ? undefined : `segment ${broken.segment}`,
    broken.offset === undefined ? undefined : `offset ${broken.offset}`,
    broken.sequence === undefined ? undefined : `record ${broken.sequence}`,
  ].filter((word) => word !== undefined);
  return [...logs, verdict.summary, ...(where.length === 0 ? [] : [`  at ${where.join(', ')}`])].map(visible);
}

function verifyOneProof(context: CommandContext, file: string, keys: readonly KeyObject[]): number {
  let value: unknown;
  try {
    value = JSON.parse(readText(file, 'utf8'));
  } catch (error) {
    throw fail('AUDIT_FILE_UNREADABLE', { say: file, cause: error });
  }
  const verdict = verifyProof(value, keys);
  if (context.json) context.out(JSON.stringify(verdict));
  else if (verdict.ok)
    context.out(`The event is in ${verdict.checkpoint.log}, under the head that was signed ${utc(verdict.checkpoint.time)}.`);
  else context.out(`NOT PROVED: ${verdict.why}.`);
  return verdict.ok ? 0 : 1;
}

function logReader(dataDir: string): LogReader {
  const events = eventsFolder(dataDir);
  return {
    logs: () => diskFiles.list(events),
    files: (log) => ({
      names: () => diskFiles.list(join(events, log)),
      bytes: (name) => {
        const path = join(events, log, name);
        if ((diskFiles.size(path) ?? 0) > MAX_FILE)
          throw fail('AUDIT_FILE_UNREADABLE', { say: `${path} is larger than a segment can be.` });
        return readBytes(diskFiles, path);
      },
    }),
  };
}

function readKeys(file: string): KeyObject[] {
  const keys = readPublicKeys(readText(file, 'utf8'));
  if (keys === undefined) throw fail('AUDIT_FILE_UNREADABLE', { say: `${file} is no Ed25519 public key.` });
  return keys;
}

function readText(file: string, encoding: 'utf8' | 'latin1'): string {
  try {
    return readFileSync(file, encoding);
  } catch (error) {
    throw fail('AUDIT_FILE_UNREADABLE', { say: file, cause: error });
  }
}

/** Each once: logs of one data folder are signed with the same key until it is another folder's. */
async function printKey(context: CommandContext): Promise<number> {
  const reader = logReader(context.dataDir);
  const found = reader.logs().map((log) =>
    Buffer.from(reader.files(log).bytes(KEY_FILE) ?? [])
      .toString('latin1')
      .trim(),
  );
  const keys = [...new Set(found.filter((pem) => pem !== ''))];
  if (keys.length === 0) throw fail('AUDIT_FILE_UNREADABLE', { say: `There is no log with a key in ${context.dataDir}.` });
  context.out(context.json ? JSON.stringify({ keys }) : keys.join('\n'));
  return 0;
}

async function proof(context: CommandContext): Promise<number> {
  const uid = context.args[0];
  if (uid === undefined) return misused(context, 'Which event? `sallyport events list` shows their ids.');
  const api = await context.api();
  context.out(JSON.stringify(await api.call('GET', `/api/events/${encodeURIComponent(uid)}/proof`), null, context.json ? 0 : 2));
  return 0;
}

async function status(context: CommandContext): Promise<number> {
  const health = (await (await context.api()).call('GET', '/api/audit')) as unknown as AuditHealth;
  if (context.json) {
    context.out(JSON.stringify(health));
    return health.state === 'ok' ? 0 : 1;
  }
  const { lastCheckpoint: head, witness } = health;
  context.out(`log         ${health.log}, ${health.size} records, ${health.state}`);
  context.out(`root        ${health.root}`);
  context.out(`signed      ${head === undefined ? 'not yet' : `${head.size} records, ${utc(head.time)}, key ${head.key}`}`);
  context.out(`database    ${health.projectionLag === 0 ? 'up to date' : `${health.projectionLag} events behind`}`);
  context.out(
    `witness     ${witness === undefined ? 'none: a removed or remade log would not be noticed' : `${witness.kind}, has ${witness.size ?? 0} records${witness.failing === undefined ? '' : `, FAILING: ${witness.failing}`}`}`,
  );
  for (const log of health.missingLogs) context.out(`MISSING     ${log}: the database knows it, the folder is gone`);
  if (health.contentDropped > 0)
    context.out(`content     the text of ${health.contentDropped} events was dropped: more came than could be stored`);
  return health.state === 'ok' && health.missingLogs.length === 0 ? 0 : 1;
}

async function rebuild(context: CommandContext): Promise<number> {
  context.note('Projecting the log into the database …');
  const reply = (await (await context.api()).call('POST', '/api/audit/rebuild')) as { events: number };
  context.out(context.json ? JSON.stringify(reply) : `${reply.events} records were projected anew.`);
  return 0;
}

async function erase(context: CommandContext): Promise<number> {
  const subject = context.args[0];
  if (subject === undefined) return misused(context, 'Whose text? Give a principal id, or the end user id that requests named.');
  const reply = (await (await context.api()).call('POST', '/api/content/erase', { subject })) as { events: number };
  context.out(
    context.json
      ? JSON.stringify(reply)
      : `Erased: the text of ${reply.events} events, and the key of all that was ever kept of ${visible(subject)}.`,
  );
  return 0;
}

function misused(context: CommandContext, text: string): number {
  context.note(`${text}\n`);
  return 2;
}
