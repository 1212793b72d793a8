import type { Detector, DetectorSetup, FindingFacts, Scanner, StreamPattern } from '../../detector.ts';
import type { View } from '../../view.ts';
import { findAssignments } from './assigned.ts';
import { blockPatterns, findBlocks } from './blocks.ts';
import { entropy, isSample } from './checks.ts';
import type { Facts, Hit, SecretFormat } from './format.ts';
import { AI_FORMATS } from './formats_ai.ts';
import { CLOUD_FORMATS } from './formats_cloud.ts';
import { KEY_WORDS } from './key_words.ts';

/** Every credential format. */
export const FORMATS: readonly SecretFormat[] = [...AI_FORMATS, ...CLOUD_FORMATS];

/** CWE-798 (hard-coded credentials), LLM02:2025 (sensitive information disclosure). */
const TAXONOMY = ['CWE-798', 'LLM02:2025'];

/** How far before a value a word that explains it may stand. */
const NEAR = 80;

/** Credentials: by their issuers' prefixes and checksums, by the name they are assigned to, private keys, addresses with a password. */
export const detector: Detector = {
  id: 'secrets',
  category: 'secret',
  points: { prompt: 'deny', content: 'deny', tool_call: 'deny', tool_result: 'deny', response: 'deny' },
  version: 1,
  describe: {
    finds: `Credentials in ${FORMATS.length} formats of model providers, clouds and services, private keys, connection strings, passwords in assignments.`,
    example: 'OPENAI_API_KEY=sk-proj-aB3dE6gH9jK2mN5pQ8sT1vW4yZ7',
    passes: 'sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
  },
  stream: { form: 'prefix' },
  words: { 'secrets.name': KEY_WORDS },
  setUp,
};

type Compiled = SecretFormat & { readonly pattern: RegExp; readonly prefix: string };

function setUp({ hash }: DetectorSetup): Scanner {
  const formats: Compiled[] = FORMATS.map((format) => ({
    ...format,
    pattern: new RegExp(format.source, 'y'),
    prefix: prefixOf(format.source),
  }));
  const prefixed = byFirstTwo(formats.filter(({ near, has }) => near === undefined && has === undefined));
  const near = formats.filter((format) => format.near !== undefined);
  const having = formats.filter((format) => format.has !== undefined);
  const facts = (format: SecretFormat, value: string): FindingFacts => factsOf(format, value, hash);
  return {
    scan({ plain, decoded }, _at, sink) {
      for (const view of decoded === undefined ? [plain] : [plain, decoded]) {
        const hits: Hit[] = [];
        findInRuns(view, prefixed, near, having, facts, hits);
        findBlocks(view, facts, hits);
        findAssignments(view, facts, hits);
        for (const { start, end, facts: found } of hits) {
          if (view === plain || view.changed(start, end)) sink.add(view, start, end, found);
        }
      }
    },
    patterns: () => [
      ...formats.filter(({ near }) => near === undefined).map((format) => streamPattern(format, facts)),
      ...blockPatterns(facts),
    ],
  };
}

/** Literal characters that a pattern begins with, behind `\b`. */
function prefixOf(source: string): string {
  return /^\\b((?:[A-Za-z0-9_:/-]|\\\.)*)(?![{?])/.exec(source)?.[1]?.replaceAll('\\', '') ?? '';
}

type Prefixed = ReadonlyMap<number, readonly Compiled[]>;

/** Formats by their first two characters; classes among those are written out. */
function byFirstTwo(formats: readonly Compiled[]): Prefixed {
  const map = new Map<number, Compiled[]>();
  for (const format of formats) {
    for (const [first, second] of firstTwo(format)) {
      const key = first.charCodeAt(0) * 128 + second.charCodeAt(0);
      map.set(key, [...(map.get(key) ?? []), format]);
    }
  }
  return map;
}

function firstTwo({ prefix, source }: Compiled): readonly (readonly [string, string])[] {
  if (prefix.length >= 2) return [[prefix[0] ?? '', prefix[1] ?? '']];
  const choice = /^\\b\(([^)]*)\)/.exec(source)?.[1]?.split('|');
  if (choice !== undefined) return choice.map((option) => [option[0] ?? '', option[1] ?? ''] as const);
  const classed = /^\\b\[([a-z]+)\]([a-z])/.exec(source);
  if (classed !== null) return (classed[1] ?? '').split('').map((first) => [first, classed[2] ?? ''] as const);
  throw new TypeError(`the pattern ${source} begins with no literals`);
}

function findInRuns(
  view: View,
  prefixed: Prefixed,
  near: readonly Compiled[],
  having: readonly Compiled[],
  facts: Facts,
  hits: Hit[],
): void {
  const { runs, text } = view;
  for (let r = 0; r < runs.length; r += 2) {
    const start = runs[r] as number;
    const end = runs[r + 1] as number;
    let done = start;
    for (let p = start; p + 8 < end; p++) {
      if (p < done || (p > start && isWord(text.charCodeAt(p - 1)))) continue;
      const formats = prefixed.get(text.charCodeAt(p) * 128 + text.charCodeAt(p + 1));
      const hit = formats === undefined ? undefined : firstHit(view, p, formats, facts);
      if (hit === undefined) continue;
      hits.push(hit);
      done = hit.end;
    }
    if (done === start) findShaped(view, start, end, near, having, facts, hits);
  }
}

function firstHit(view: View, at: number, formats: readonly Compiled[], facts: Facts): Hit | undefined {
  for (const format of formats) {
    if (!view.text.startsWith(format.prefix, at)) continue;
    format.pattern.lastIndex = at;
    const value = format.pattern.exec(view.text)?.[0];
    if (value !== undefined && isSecret(format, value)) return { start: at, end: at + value.length, facts: facts(format, value) };
  }
  return undefined;
}

/** Formats without a prefix: tried only in a run that has digits, at each of its words, when their sign is there. */
function findShaped(
  view: View,
  start: number,
  end: number,
  near: readonly Compiled[],
  having: readonly Compiled[],
  facts: Facts,
  hits: Hit[],
): void {
  if (end - start < SHAPED_LENGTH) return;
  const run = view.text.slice(start, end);
  if (!/[0-9]/.test(run) || !SHAPED.test(run)) return;
  const before = `${view.text.slice(Math.max(0, start - NEAR), start)}${run}`.toLowerCase();
  const formats = [
    ...near.filter((format) => format.near?.some((word) => before.includes(word))),
    ...having.filter(({ has }) => has !== undefined && run.includes(has)),
  ];
  if (formats.length === 0) return;
  for (let p = start; p < end; p++) {
    if (p > start && isWord(view.text.charCodeAt(p - 1))) continue;
    const hit = firstHit(view, p, formats, facts);
    if (hit === undefined) continue;
    hits.push(hit);
    p = hit.end;
  }
}

/** So many characters of a credential's alphabet on end, digits among them. */
const SHAPED_LENGTH = 24;
const SHAPED = /[A-Za-z0-9+/_~.:-]{24}/;

function isWord(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95;
}

function isSecret(format: SecretFormat, value: string): boolean {
  return !isSample(value) && (format.entropy === undefined || entropy(value) >= format.entropy);
}

/** A wrong checksum: made up, truncated, or a form that the issuer changed since. */
const WRONG_CHECKSUM = 0.7;
const DEFAULT_CONFIDENCE = 0.95;
const BY_CONTEXT = 0.8;

function factsOf(format: SecretFormat, value: string, hash: (value: string) => string): FindingFacts {
  const checked = format.checksum?.(value);
  const confidence =
    checked === undefined
      ? (format.confidence ?? (format.near === undefined ? DEFAULT_CONFIDENCE : BY_CONTEXT))
      : checked
        ? 1
        : WRONG_CHECKSUM;
  const keyed = hash(value);
  const reasons = [format.label, `begins ${value.slice(0, 4)}`, ...(keyed === '' ? [] : [`hash ${keyed}`])];
  if (checked !== undefined) reasons.push(checked ? 'checksum right' : 'checksum wrong');
  return {
    rule: `secrets.${format.id}`,
    category: 'secret',
    type: format.type,
    severity: format.severity ?? 'high',
    confidence,
    evidence: reasons.join('; '),
    fix: 'Revoke it at its issuer, then keep it in a secret store.',
    taxonomy: TAXONOMY,
  };
}

function streamPattern(format: SecretFormat, facts: Facts): StreamPattern {
  return {
    id: `secrets.${format.id}`,
    source: format.source,
    verify: (value) => isSecret(format, value),
    finding: (value) => facts(format, value),
  };
}
