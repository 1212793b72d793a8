import { tableOf, type Lexicon } from '../../lexicon.ts';
import { CLASSES } from './class_words.ts';
import { VOCABULARY } from './vocabulary.ts';

/** Prefix of the classes in the shared lexicon. */
const CLASS = 'injection.model.';

/** The words of the classes as a vocabulary. */
export function classVocabulary(): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    CLASSES.map(([name, also, words]) => [`${CLASS}${name}`, [...words, ...also.flatMap((other) => VOCABULARY[other] ?? [])]]),
  );
}

/** The class of each word of a lexicon by its number, from 1; 0 for none. */
export function kindsOf(lexicon: Lexicon): Uint8Array {
  const kinds = new Uint8Array(lexicon.words.length);
  for (const [k, [name]] of CLASSES.entries()) {
    const members = tableOf(lexicon, `${CLASS}${name}`);
    for (let word = 0; word < kinds.length; word++) if (kinds[word] === 0 && members[word] === 1) kinds[word] = k + 1;
  }
  return kinds;
}
