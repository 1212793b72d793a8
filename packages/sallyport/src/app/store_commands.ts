import { join, resolve } from 'node:path';
import { AppError, Secret, silentLogger, systemClock, type Command, type CommandContext } from '../kernel/index.ts';
import { socketAnswers, socketFile } from '../control/index.ts';
import { migrateTo, openStore, restore, type Progress, type Store, type StoreWhere } from '../store/service.ts';
import { configOf, resolveReference } from './config.ts';
import { ERRORS } from './errors.ts';

/** `store backup`, `store restore`, `store migrate`. */
export function storeCommands(env: Readonly<Record<string, string | undefined>>): readonly Command[] {
  return [
    {
      name: 'store backup',
      summary: 'Writes a backup of all tables and the event log beside the data folder; keys are not in it.',
      usage: 'NAME',
      flags: [],
      run: backupCommand,
    },
    {
      name: 'store restore',
      summary: 'Fills an empty data folder (and the empty PostgreSQL that sallyport.yaml names) from a backup. No server may run on it.',
      usage: 'FOLDER',
      flags: [],
      run: (context) => restoreCommand(context, env),
    },
    {
      name: 'store migrate',
      summary: 'Copies everything from the embedded store to an empty PostgreSQL. No server may run.',
      flags: [
        {
          name: 'to',
          value: 'URL',
          summary: 'Postgres://…, or a reference ${env:NAME} so that the password stands in no history.',
          required: true,
        },
      ],
      run: (context) => migrateCommand(context, env),
    },
  ];
}

type BackupReply = {
  readonly folder: string;
  readonly rows: number;
  readonly tables: number;
  readonly files: number;
  readonly keys: string;
};

async function backupCommand(context: CommandContext): Promise<number> {
  const name = context.args[0] ?? new Date(systemClock()).toISOString().slice(0, 16).toLowerCase().replace(/[:t]/g, '-');
  const reply = (await (await context.api()).call('POST', '/api/store/backup', { name })) as BackupReply;
  if (context.json) context.out(JSON.stringify(reply));
  else
    context.out([`Backup in ${reply.folder}: ${reply.rows} rows of ${reply.tables} tables, ${reply.files} files.`, reply.keys].join('\n'));
  return 0;
}

async function restoreCommand(context: CommandContext, env: Readonly<Record<string, string | undefined>>): Promise<number> {
  const source = context.args[0];
  if (source === undefined) {
    context.note('Which backup? Give its folder.\n');
    return 2;
  }
  await requireStopped(context);
  const store = await openStore(configuredStore(context, env), { logger: silentLogger, clock: systemClock });
  try {
    const manifest = await restore(resolve(source), store, { place: (name) => join(context.dataDir, name), progress: progressOf(context) });
    context.out(
      context.json
        ? JSON.stringify({ tables: manifest.tables.length, files: manifest.files.length })
        : `Restored ${manifest.tables.length} tables and ${manifest.files.length} files. Put the key folder back to ${context.dataDir}.keys before the next start.`,
    );
    return 0;
  } finally {
    await store.close();
  }
}

/** Where the next start will look: a backup that is restored anywhere else would seem to be empty. */
function configuredStore(context: CommandContext, env: Readonly<Record<string, string | undefined>>): StoreWhere {
  const { store } = configOf(context.configFile).config;
  return store === undefined ? { dir: context.dataDir } : { url: resolveReference(store.url, env) };
}

async function migrateCommand(context: CommandContext, env: Readonly<Record<string, string | undefined>>): Promise<number> {
  await requireStopped(context);
  const url = resolveReference(String(context.flags['to']), env);
  const source = await openStore({ dir: context.dataDir }, { logger: silentLogger, clock: systemClock });
  let target: Store | undefined;
  try {
    target = await openStore({ url: new Secret(url.reveal()) }, { logger: silentLogger, clock: systemClock });
    await migrateTo(source, target, progressOf(context));
  } finally {
    await target?.close();
    await source.close();
  }
  context.out(
    context.json
      ? JSON.stringify({ migrated: true })
      : 'Everything is in PostgreSQL. Set `store: {url: ...}` in sallyport.yaml and start again; the event log stays where it is.',
  );
  return 0;
}

async function requireStopped(context: CommandContext): Promise<void> {
  if (await socketAnswers(socketFile(context.dataDir))) throw new AppError('SERVER_RUNS', ERRORS.SERVER_RUNS);
}

function progressOf(context: CommandContext): Progress {
  return (table, rows, total) => context.note(`${table}: ${rows} of ${total} rows`);
}
