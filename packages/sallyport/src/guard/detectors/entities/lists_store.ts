import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fail } from '../../errors.ts';
import { LISTS_SHA256 } from './lists.generated.ts';

/** Names and ordinary words that ship: words of each list, divided by white space. Sources: `tools/names/build.ts`. */
export type Lists = { readonly common: string; readonly given: string; readonly surname: string; readonly place: string };

/**
 * Reads the lists. A file and not a module: the text is gone when the table is built of it, where a module would keep it twice.
 * @throws AppError GUARD_MODEL_BROKEN
 */
export function readLists(): Lists {
  let file: Buffer;
  try {
    file = readFileSync(new URL('lists.txt', import.meta.url));
  } catch (error) {
    throw fail('GUARD_MODEL_BROKEN', { detail: 'the word lists cannot be read', cause: error });
  }
  if (createHash('sha256').update(file).digest('hex') !== LISTS_SHA256)
    throw fail('GUARD_MODEL_BROKEN', { detail: 'the hash of the word lists differs' });
  const lists = { common: '', given: '', surname: '', place: '' };
  for (const part of file.toString('utf8').split(/^= /m).slice(1)) {
    const [name = ''] = part.split('\n', 1);
    if (Object.hasOwn(lists, name)) lists[name as keyof Lists] = part.slice(name.length);
  }
  return lists;
}
