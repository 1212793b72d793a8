import { foldText, plainLetter } from './fold.ts';
import type { Pattern } from './parse.ts';

/** Levels of JSON in JSON that are undone; each level doubles the backslashes. */
const MAX_LEVELS = 4;

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))/g;

const SIMPLE: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** What a raw match may say, likeliest first: folded, with its escapes decoded, with what its tag characters carry, with plain letters. */
function readings(raw: string): readonly string[] {
  if (/^[^\\\u0080-\uffff]*$/.test(raw)) return [raw];
  const out: string[] = [];
  let text = raw;
  for (let level = 0; level <= MAX_LEVELS; level++) {
    out.push(foldText(text).text, foldText(text, 'read').text, plain(foldText(text).text));
    const decoded = unescape(text);
    if (decoded === text) break;
    text = decoded;
  }
  return [...new Set(out)];
}

function unescape(text: string): string {
  return text.replace(ESCAPE, (_, hex: string | undefined, simple: string | undefined) =>
    hex === undefined ? (SIMPLE[simple ?? ''] ?? simple ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function plain(text: string): string {
  return Array.from(text, (char) => letterOf(char)).join('');
}

function letterOf(char: string): string {
  const plain = plainLetter(char.codePointAt(0) ?? 0);
  return plain === undefined ? char : String.fromCodePoint(plain);
}

/** Finds what the machine read in a raw match; the machine follows all readings at once and does not say which one it was. */
export class Reader {
  readonly #pattern: Pattern;
  #whole: RegExp | undefined;

  constructor(pattern: Pattern) {
    this.#pattern = pattern;
  }

  /** The reading that the pattern matches and `verify` accepts; undefined when none is accepted. */
  read(raw: string, verify: ((match: string) => boolean) | undefined): string | undefined {
    const all = readings(raw);
    const [only] = all;
    if (all.length === 1 && only !== undefined) return verify === undefined || verify(only) ? only : undefined;
    const matching = all.filter((reading) => this.#matches(reading));
    // Look-alikes match in the machine and not in the regular expression; then each reading is tried.
    const tried = matching.length === 0 ? all : matching;
    return verify === undefined ? tried[0] : tried.find((reading) => verify(reading));
  }

  #matches(reading: string): boolean {
    if (this.#whole === undefined) {
      const expression = this.#pattern.toRegExp();
      this.#whole = new RegExp(`^(?:${expression.source})$`, expression.flags.replace('g', ''));
    }
    return this.#whole.test(reading);
  }
}
