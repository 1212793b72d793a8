import { createHash } from 'node:crypto';
import { brotliDecompressSync } from 'node:zlib';
import { ECOSYSTEMS, type Ecosystem } from './ecosystem.ts';
import { wordsOf } from './near.ts';
import { NAMES } from './names.generated.ts';

/** Names of one ecosystem, in normal form. */
export type Names = {
  /** Every name on the lists, and what the language brings along. */
  readonly known: ReadonlySet<string>;
  /** What a slip is compared with: the most used, most popular first. */
  readonly popular: readonly string[];
  readonly isPopular: ReadonlySet<string>;
  /** The popular names without separators. */
  readonly joined: ReadonlyMap<string, string>;
};

/** How many names of an ecosystem have a word, in its packages' own names (not in the hosts and owners of Go paths). */
export type Words = ReadonlyMap<string, number>;

const words = new Map<Ecosystem, Words>();

/** Counted on first use (some 20 ms), which most projects never need. */
export function wordsIn(ecosystem: Ecosystem): Words {
  const ready = words.get(ecosystem);
  if (ready !== undefined) return ready;
  const counts = new Map<string, number>();
  for (const name of namesOf(ecosystem).known)
    for (const word of new Set(wordsOf(ecosystem === 'go' ? name.split('/').slice(2).join('/') : name)))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  words.set(ecosystem, counts);
  return counts;
}

let unpacked: Readonly<Record<Ecosystem, Names>> | undefined;

/** The names of an ecosystem; unpacked on first use (some 15 ms), kept from then on. Throws when the packed lists are not the pinned ones. */
export function namesOf(ecosystem: Ecosystem): Names {
  return (unpacked ??= unpack())[ecosystem];
}

function unpack(): Readonly<Record<Ecosystem, Names>> {
  const text = brotliDecompressSync(Buffer.from(NAMES.brotli, 'base64')).toString('utf8');
  if (createHash('sha256').update(text).digest('hex') !== NAMES.sha256) throw new Error('the package names are not the pinned ones');
  const sections = text.split('\n\n');
  const entries = ECOSYSTEMS.map((ecosystem, at) => [ecosystem, readNames(sections[at * 2] ?? '', sections[at * 2 + 1] ?? '')] as const);
  return Object.fromEntries(entries) as Record<Ecosystem, Names>;
}

function readNames(first: string, rest: string): Names {
  const popular = first.split('\n');
  const known = new Set([...popular, ...rest.split('\n')]);
  const joined = new Map<string, string>();
  for (const name of popular) {
    const bare = name.replace(/[-_.]/g, '');
    if (!joined.has(bare)) joined.set(bare, name);
  }
  return { known, popular, isPopular: new Set(popular), joined };
}
