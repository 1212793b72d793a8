import type { Finding } from '../../../kernel/index.ts';
import { buildLexicon } from '../../lexicon.ts';
import type { Units } from '../../units.ts';
import { View } from '../../view.ts';
import { secretFinder } from './index.ts';

/**
 * Finds credentials in the text of a file, as it stands: nothing is normalised or decoded, no other detector runs. Findings are in order of
 * their place; spans are UTF-16 offsets. `hash` is keyed, for evidence. Setting it up costs some milliseconds; do it once.
 */
export function createSecretScan(hash: (value: string) => string): (text: string) => readonly Finding[] {
  const find = secretFinder(hash);
  const lexicon = buildLexicon([]);
  return (text) =>
    find(new View({ name: 'plain', text, units: unitsOf(text), ascii: false, lexicon }))
      .map(({ start, end, facts }): Finding => ({ ...facts, location: { kind: 'text', part: 0, start, end } }))
      .sort((a, b) => startOf(a) - startOf(b));
}

function unitsOf(text: string): Units {
  const bytes = Buffer.from(text, 'utf16le');
  return new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

function startOf({ location }: Finding): number {
  return location.kind === 'text' ? location.start : 0;
}
