import { readdirSync, type Dirent } from 'node:fs';
import { join, relative } from 'node:path';
import { parser, Type, type Route } from '../kernel/index.ts';
import type { Audit } from '../audit/service.ts';
import { backup, type BackupFile, type Store } from '../store/service.ts';

const BODY = Type.Object(
  { name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$', description: 'Name of the new folder below the backup folder.' }) },
  { additionalProperties: false },
);
const parse = parser(BODY);

/** Where backups go: beside the data folder. A caller chooses a name only, never a path. */
export function backupFolder(dataDir: string): string {
  return `${dataDir}.backups`;
}

/** `POST /api/store/backup`: tables of all tenants as of one moment, and the event log up to it. Never a key. */
export function backupRoute(dataDir: string, store: Store, audit: Pick<Audit, 'checkpoint'>, clock: () => number): Route {
  return {
    method: 'POST',
    path: '/api/store/backup',
    summary: 'Writes a backup of all tables and the event log beside the data folder.',
    authority: { permission: 'store:admin', installation: 'the tables of all tenants' },
    body: BODY,
    async handler({ body }) {
      const parsed = parse(body);
      if (!parsed.ok)
        return {
          status: 400,
          json: { error: { code: 'BACKUP_NAME', message: 'The name is not valid.', fix: 'Use lower-case letters, digits and hyphens.' } },
        };
      await audit.checkpoint();
      const target = join(backupFolder(dataDir), parsed.value.name);
      const manifest = await backup(store, target, { clock, files: () => eventFiles(dataDir) });
      return {
        json: {
          folder: target,
          tables: manifest.tables.length,
          rows: manifest.tables.reduce((sum, table) => sum + table.rows, 0),
          files: manifest.files.length,
          keys: manifest.keys,
        },
      };
    },
  };
}

/** Every file of the event log; a lock belongs to a process and is left out. */
function eventFiles(dataDir: string): BackupFile[] {
  const root = join(dataDir, 'events');
  let entries: Dirent[] = [];
  try {
    entries = readdirSync(root, { recursive: true, withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return entries
    .filter((entry) => entry.isFile() && !entry.name.includes('lock'))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { name: relative(dataDir, path).replaceAll('\\', '/'), path };
    });
}
