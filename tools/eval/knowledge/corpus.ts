import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export type Sample = { readonly name: string; readonly bytes: Buffer };

const KINDS = /\.(md|markdown|txt|html?|pdf|docx|png|jpe?g|gif|webp)$/i;
/** Larger files are no documents but dumps. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Real documents below a folder, at most `most` of each kind, spread evenly over what is there. */
export function documentsBelow(folder: string, most: number): Sample[] {
  const found = new Map<string, string[]>();
  walk(folder, 0, found);
  return [...found.values()].flatMap((paths) => {
    const step = Math.max(1, paths.length / most);
    return Array.from({ length: Math.min(most, paths.length) }, (_, i) => {
      const path = paths[Math.floor(i * step)] as string;
      return { name: path, bytes: readFileSync(path) };
    });
  });
}

function walk(folder: string, depth: number, found: Map<string, string[]>): void {
  if (depth > 14) return;
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== '.git') walk(path, depth + 1, found);
    const kind = KINDS.exec(entry.name)?.[1]?.toLowerCase();
    if (!entry.isFile() || kind === undefined) continue;
    const { size } = statSync(path);
    if (size === 0 || size > MAX_BYTES) continue;
    const paths = found.get(kind) ?? [];
    paths.push(path);
    found.set(kind, paths);
  }
}
