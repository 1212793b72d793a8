import { existsSync, readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { SRC, TOP } from '../top.ts';

export type Room = { readonly module: string; readonly exports: Readonly<Record<string, unknown>> };

/** Imports a room (`errors.ts`, `config.ts`) of every module that has it, in alphabetical order. */
export async function importRooms(room: string): Promise<Room[]> {
  const modules = readdirSync(`${TOP}/${SRC}`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(`${TOP}/${SRC}/${entry.name}/${room}`))
    .map((entry) => entry.name)
    .sort();
  return Promise.all(
    modules.map(async (module) => ({
      module,
      exports: (await import(pathToFileURL(`${TOP}/${SRC}/${module}/${room}`).href)) as Record<string, unknown>,
    })),
  );
}
