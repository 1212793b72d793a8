import { LOOKALIKES, MIXED_LOOKALIKES } from '../../guard/index.ts';
import type { Hit } from './finding.ts';

/** A server beside the one that is judged, with the names of its tools. */
export type OtherServer = { readonly server: string; readonly tools: readonly { readonly name: string }[] };

/** Where each name of the other servers is offered, by how it looks. */
export class OtherNames {
  readonly #exact = new Map<string, string>();
  readonly #looks = new Map<string, { readonly server: string; readonly name: string }>();

  constructor(others: readonly OtherServer[]) {
    for (const { server, tools } of others)
      for (const { name } of tools) {
        this.#exact.set(name, server);
        this.#looks.set(skeletonOf(name), { server, name });
      }
  }

  get names(): Iterable<string> {
    return this.#exact.keys();
  }

  /** What is wrong with the name of a tool beside them. */
  hits(name: string, own: ReadonlyMap<string, readonly string[]>): Hit[] {
    const server = this.#exact.get(name);
    if (server !== undefined) return [{ check: 'mcp.shadowed-name', message: `A tool of ${server} has the same name.`, confidence: 0.9 }];
    const alike = this.#looks.get(skeletonOf(name));
    if (alike !== undefined) {
      // The same letters in another spelling (`readFile`, `read_file`) are habit; other letters that look the same are none.
      const same = lettersOf(alike.name) === lettersOf(name);
      const message = `A tool of ${alike.server} has ${same ? 'the same name in another spelling' : 'a name that looks the same'}.`;
      return [{ check: same ? 'mcp.shadowed-name' : 'mcp.lookalike-name', message, confidence: 0.9 }];
    }
    if (hasOtherScript(name))
      return [
        { check: 'mcp.lookalike-name', message: 'The name mixes Latin letters with look-alikes of another script.', confidence: 0.95 },
      ];
    const twins = own.get(skeletonOf(name)) ?? [];
    if (twins.some((twin) => lettersOf(twin) !== lettersOf(name)))
      return [
        {
          check: 'mcp.lookalike-name',
          message: 'Another tool of the server has a name that looks the same.',
          confidence: 0.8,
          severity: 'medium',
        },
      ];
    return [];
  }
}

/** A name without case and separators. */
function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}

/** Names of a server's tools by how they look. */
export function bySkeleton(names: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const key = skeletonOf(name);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [name]);
    else group.push(name);
  }
  return groups;
}

// What is easily taken for another character in many fonts; two letters at once first.
const ALIKE: readonly (readonly [RegExp, string])[] = [
  [/rn/g, 'm'],
  [/vv/g, 'w'],
  [/[1|!]/g, 'l'],
  [/0/g, 'o'],
  [/5/g, 's'],
  [/i(?=l)|(?<=l)i/g, 'l'],
];

/** How a name looks: look-alikes as Latin letters, without case, separators and invisible characters. */
export function skeletonOf(name: string): string {
  let plain = '';
  for (const char of name.normalize('NFKC')) {
    const code = char.codePointAt(0) ?? 0;
    plain += code < 0x80 ? char : String.fromCodePoint(LOOKALIKES.get(code) ?? MIXED_LOOKALIKES.get(code) ?? code);
  }
  plain = plain.toLowerCase().replace(/[^\p{L}\p{N}|!]+/gu, '');
  for (const [pattern, letter] of ALIKE) plain = plain.replace(pattern, letter);
  return plain;
}

/** Latin letters and, beside them, letters that only look Latin. */
function hasOtherScript(name: string): boolean {
  if (!/[A-Za-z]/.test(name)) return false;
  for (const char of name) {
    const code = char.codePointAt(0) ?? 0;
    if (code >= 0x80 && (LOOKALIKES.has(code) || (MIXED_LOOKALIKES.has(code) && !/\p{Script=Latin}/u.test(char)))) return true;
  }
  return false;
}
