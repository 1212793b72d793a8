import type { Secrecy } from './secrecy.ts';
import { toolEffect, type Effect } from './effect.ts';
import { wordsOf } from './text.ts';

/**
 * How far the results of a tool are believed. `trusted`: as the operator's own words. `structured`: whole fields are data, the rest is
 * prose. `opaque`: all of it is prose (pages, files, anything that somebody else composed).
 */
export type Output = 'trusted' | 'structured' | 'opaque';

/** What an operator says about tools, by name or glob (`mail_*`, `*`; the longest pattern that fits decides, member by member). */
export type ToolEntry = {
  readonly effect?: Effect;
  readonly output?: Output;
  /** Arguments that say where something goes to; without them the names of the arguments tell. */
  readonly sinks?: readonly string[];
  /** Whether it reaches people or systems outside of the organisation; without it egress does. */
  readonly outside?: boolean;
  /** How secret its results are. */
  readonly secrecy?: Secrecy;
};
export type Manifest = Readonly<Record<string, ToolEntry>>;

/** Annotations of a tool that was pinned (MCP `ToolAnnotations`): the server's own words, which may only make it stricter. */
export type Annotations = { readonly readOnlyHint?: boolean; readonly destructiveHint?: boolean; readonly openWorldHint?: boolean };

/** What is known of one tool. */
export type ToolFacts = {
  readonly name: string;
  readonly effect: Effect;
  readonly output: Output;
  readonly sinks: ReadonlySet<string> | undefined;
  readonly outside: boolean;
  readonly secrecy: Secrecy;
  /** Only fetches what an address names: the request itself is all that leaves. */
  readonly fetches: boolean;
  /** Whose word the effect is. */
  readonly source: 'manifest' | 'annotation' | 'name';
};

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));
// Things whose content somebody else composed.
const OPAQUE = words(
  'file files webpage webpages web page pages website websites url document documents pdf content contents article attachment browser html readme',
);
// Verbs that bring something here and change nothing there.
const FETCHING = words('get fetch browse open visit read download navigate crawl scrape view load goto curl wget');
const ORDER: readonly Effect[] = ['read', 'unknown', 'write', 'egress', 'destructive'];

/** The facts of a tool: the operator's manifest, then pinned annotations where they are stricter, then the words of its name. */
export function toolFacts(name: string, manifest: Manifest = {}, annotations?: Annotations): ToolFacts {
  const entry = entryOf(name, manifest);
  const named = toolEffect(name);
  let effect = entry.effect ?? named;
  let source: ToolFacts['source'] = entry.effect === undefined ? 'name' : 'manifest';
  const claimed: Effect | undefined =
    annotations?.destructiveHint === true ? 'destructive' : annotations?.readOnlyHint === false ? 'write' : undefined;
  if (claimed !== undefined && ORDER.indexOf(claimed) > ORDER.indexOf(effect)) {
    effect = claimed;
    source = 'annotation';
  }
  const parts = wordsOf(name);
  const opaque =
    named === 'egress'
      ? FETCHING.has(verbOf(parts))
      : parts.some((word) => OPAQUE.has(word)) && !/^(?:list|search|find)$/.test(verbOf(parts));
  return {
    name,
    effect,
    // What an action reports repeats what it was given: that is nobody's word.
    output: entry.output === 'trusted' && effect !== 'read' ? 'structured' : (entry.output ?? (opaque ? 'opaque' : 'structured')),
    sinks: entry.sinks === undefined ? undefined : new Set(entry.sinks),
    outside: entry.outside ?? (annotations?.openWorldHint === true || effect === 'egress' || named === 'egress'),
    secrecy: entry.secrecy ?? 'internal',
    fetches: effect !== 'destructive' && effect !== 'read' && FETCHING.has(verbOf(parts)) && named === 'egress',
    source,
  };
}

/** The first word that is a verb of fetching, else the first word. */
function verbOf(parts: readonly string[]): string {
  return parts.find((word) => FETCHING.has(word)) ?? parts[0] ?? '';
}

/** What the manifest says: the entry of the very name, then globs from the longest to the shortest, each for what the others leave open. */
function entryOf(name: string, manifest: Manifest): ToolEntry {
  const exact = Object.hasOwn(manifest, name) ? manifest[name] : undefined;
  let entry: ToolEntry = exact ?? {};
  for (const pattern of globsOf(manifest)) if (fits(name, pattern)) entry = { ...manifest[pattern], ...entry };
  return entry;
}

const globs = new WeakMap<Manifest, readonly string[]>();

function globsOf(manifest: Manifest): readonly string[] {
  let known = globs.get(manifest);
  if (known === undefined) {
    known = Object.keys(manifest)
      .filter((name) => name.includes('*'))
      .sort((a, b) => b.length - a.length);
    globs.set(manifest, known);
  }
  return known;
}

/** Whether a name fits a pattern in which `*` stands for any run of characters. Linear but for the number of stars. */
function fits(name: string, pattern: string): boolean {
  const pieces = pattern.split('*');
  const head = pieces[0] ?? '';
  const tail = pieces.at(-1) ?? '';
  if (!name.startsWith(head) || name.length < head.length + tail.length || !name.endsWith(tail)) return false;
  let at = head.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = name.indexOf(piece, at);
    if (found < 0 || found + piece.length > name.length - tail.length) return false;
    at = found + piece.length;
  }
  return true;
}
