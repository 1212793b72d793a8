import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  isObject,
  readYaml,
  Type,
  type ApiClient,
  type Command,
  type CommandContext,
  type Json,
  type JsonObject,
} from '../../kernel/index.ts';
import { fail } from '../errors.ts';
import { showTuple, type TupleKey } from '../tuple.ts';
import { STORE_FLAG, storeOf } from '../why_command.ts';
import { diffTuples, isOwn } from './diff.ts';
import { ACCESS_FILES, folderPermissions, type FolderEntry } from './folder.ts';
import { googleDrive } from './google_drive.ts';
import { scim } from './scim.ts';
import { sharepoint } from './sharepoint.ts';
import type { Permissions, Source, SyncOptions } from './source.ts';

/** Kinds of exports that are one JSON file. */
const FILES: Readonly<Record<string, Source>> = { 'google-drive': googleDrive, sharepoint, scim };
/** An export larger than this is cut into several by who makes it. */
const MAX_EXPORT_BYTES = 256 * 1_024 * 1_024;
const MAX_FOLDERS = 100_000;
const MAX_ACCESS_BYTES = 1_024 * 1_024;
/** Tuples of one write, as OpenFGA allows. */
const CHUNK = 100;
/** Changes that a dry run shows. */
const SHOWN = 50;
const NAME = /^[a-z0-9][a-z0-9._-]{0,31}$/;

export const SYNC: Command = {
  name: 'fga sync',
  summary: 'Brings the permissions of a source into a store: what is missing is written, what has gone is deleted.',
  usage: 'folder|sharepoint|google-drive|scim PATH',
  flags: [
    STORE_FLAG,
    { name: 'source', value: 'NAME', summary: 'Name of the source: its documents, folders and groups begin with it.', required: true },
    { name: 'groups', value: 'NAME', summary: 'The source whose groups are meant; default the same.' },
    { name: 'as', value: 'RELATION', summary: 'All roles become this relation, e.g. viewer.' },
    { name: 'dry-run', summary: 'Show what would change, and change nothing.' },
    { name: 'allow-empty', summary: 'Go on when the source is empty, which deletes all that it had written.' },
  ],
  run: sync,
};

async function sync(context: CommandContext): Promise<number> {
  const [kind = '', path = ''] = context.args;
  const text = (name: string): string => (typeof context.flags[name] === 'string' ? context.flags[name] : '');
  const options: SyncOptions = { source: text('source'), groups: text('groups') || text('source'), as: text('as'), now: Date.now() };
  if (path === '' || (kind !== 'folder' && !Object.hasOwn(FILES, kind)) || !NAME.test(options.source) || !NAME.test(options.groups)) {
    context.note('Use: fga sync folder|sharepoint|google-drive|scim PATH --source NAME (lower case, digits, . _ -)\n');
    return 2;
  }
  const wanted = read(kind, resolve(path), options);
  const api = await context.api();
  const store = await storeOf(context, api);
  const present = (await allTuples(api, store)).filter((key) => isOwn(key, options));
  for (const note of wanted.notes) context.note(`${note}\n`);
  if (wanted.tuples.length === 0 && present.length > 0 && context.flags['allow-empty'] !== true) throw fail('FGA_SYNC_EMPTY');
  const diff = diffTuples(wanted.tuples, present);
  const dry = context.flags['dry-run'] === true;
  const counts = { written: diff.writes.length, deleted: diff.deletes.length, same: diff.same, notes: wanted.notes.length };
  if (context.json) context.out(JSON.stringify({ ...counts, dryRun: dry, writes: diff.writes, deletes: diff.deletes }));
  else if (dry) for (const line of shown(diff.deletes, diff.writes)) context.out(line);
  if (!dry) await apply(context, api, store, diff.deletes, diff.writes);
  if (!context.json)
    context.out(
      dry
        ? `would delete ${counts.deleted} and write ${counts.written}; ${counts.same} stay`
        : `deleted ${counts.deleted}, wrote ${counts.written}; ${counts.same} stayed`,
    );
  return 0;
}

function shown(deletes: readonly TupleKey[], writes: readonly TupleKey[]): string[] {
  const lines = [...deletes.map((key) => `- ${showTuple(key)}`), ...writes.map((key) => `+ ${showTuple(key)}`)];
  return lines.length <= SHOWN ? lines : [...lines.slice(0, SHOWN), `… and ${lines.length - SHOWN} more (--json shows all)`];
}

function read(kind: string, path: string, options: SyncOptions): Permissions {
  try {
    if (kind === 'folder') return folderPermissions(walk(path), options);
    if (statSync(path).size > MAX_EXPORT_BYTES)
      throw fail('FGA_SYNC_UNREADABLE', { say: 'It is too large: cut it into parts with a source name each.' });
    return (FILES[kind] as Source)(JSON.parse(readFileSync(path, 'utf8')) as Json, options);
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'syscall' in error)) throw fail('FGA_SYNC_UNREADABLE', { cause: error });
    throw error;
  }
}

const People = Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 512 })));
const AccessSchema = Type.Object(
  { viewers: People, editors: People, owners: People, inherit: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
);

/** The folders below a path, links not followed: they may lead anywhere. Access lists are read here, as YAML (of which JSON is a part). */
function walk(top: string): FolderEntry[] {
  const entries: FolderEntry[] = [];
  const open = [''];
  // An array that grows while it is walked is walked to its end.
  for (const path of open) {
    if (entries.length >= MAX_FOLDERS) throw fail('FGA_SYNC_UNREADABLE', { say: `It has more than ${MAX_FOLDERS} folders.` });
    const found = readdirSync(join(top, path), { withFileTypes: true });
    const list = found.find((entry) => entry.isFile() && ACCESS_FILES.includes(entry.name));
    const inside = (name: string): string => (path === '' ? name : `${path}/${name}`);
    entries.push({
      path,
      files: found.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => name),
      access: list === undefined ? undefined : readAccess(join(top, path, list.name)),
    });
    open.push(...found.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => inside(name)));
  }
  return entries;
}

function readAccess(path: string): Json {
  if (statSync(path).size > MAX_ACCESS_BYTES) return null;
  const found = readYaml(readFileSync(path, 'utf8'), AccessSchema);
  return found.ok ? (found.value as Json) : null;
}

async function allTuples(api: ApiClient, store: string): Promise<TupleKey[]> {
  const found: TupleKey[] = [];
  for (let token = ''; ;) {
    const reply = (await api.call('POST', `/api/fga/stores/${store}/read`, { page_size: CHUNK, continuation_token: token })) as JsonObject;
    const { tuples } = reply;
    if (Array.isArray(tuples)) found.push(...tuples.filter(isObject).map(({ key }) => tupleOf(key as JsonObject)));
    const next = reply['continuation_token'];
    if (typeof next !== 'string' || next === '') return found;
    token = next;
  }
}

function tupleOf({ user, relation, object, condition }: JsonObject): TupleKey {
  const key = { user: user as string, relation: relation as string, object: object as string };
  return isObject(condition) ? { ...key, condition: { name: condition['name'] as string } } : key;
}

/** Deletes first: when a run ends in the middle, nobody has kept what was taken away. */
async function apply(
  context: CommandContext,
  api: ApiClient,
  store: string,
  deletes: readonly TupleKey[],
  writes: readonly TupleKey[],
): Promise<void> {
  const total = deletes.length + writes.length;
  const send = async (member: 'deletes' | 'writes', option: string, keys: readonly TupleKey[], before: number): Promise<void> => {
    for (let at = 0; at < keys.length; at += CHUNK) {
      const chunk = keys.slice(at, at + CHUNK).map(({ user, relation, object }) => ({ user, relation, object }));
      await api.call('POST', `/api/fga/stores/${store}/write`, { [member]: { tuple_keys: chunk, [option]: 'ignore' } });
      context.note(`${before + at + chunk.length} of ${total} changes`);
    }
  };
  await send('deletes', 'on_missing', deletes, 0);
  await send('writes', 'on_duplicate', writes, deletes.length);
}
