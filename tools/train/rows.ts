import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** One text with what it is. `only`: it is this only at one point. `verified: false`: judged, but not learned from. */
export type Row = {
  readonly text: string;
  readonly label: 0 | 1;
  readonly kind: string;
  readonly source: string;
  readonly lang: string;
  readonly only?: 'prompt' | 'content';
  readonly verified?: boolean;
  /** Only the threshold is set by it. */
  readonly calibrates?: boolean;
};

/** Sources whose licence nobody has verified: never in the weights that ship, but a good judge of them. */
export const UNVERIFIED = /^(?:neuralchemy|JailbreakV)/;

/** Reads rows of a compressed JSONL file. */
export function readRows(path: string): Row[] {
  return gunzipSync(readFileSync(path))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

/** What a row came from, as it is left out as a whole: repositories are one source, our own generators one each. */
export function groupOf({ source }: Row): string {
  return /^(?:synthetic|own|selection)\//.test(source) ? source : (source.split('/')[0] ?? '').replace(/\(.*|-20\d\d-\d\d$|-resp$|-q$/, '');
}

/** Attacks (or benign texts) of one source count as this many at most, roughly: a generator must not outvote what people wrote. */
const FULL = 1_000;

/** What people wrote and used against models: few rows, and the ones that matter most. */
const FIRST_HAND = /^(?:in-the-wild|GPTFuzz|garak|deepset|BIPIA-attack)/;

/** Texts that quote attacks: the nearest misses there are. */
const TOLD = /^(?:own\/about|own\/writing|synthetic\/about)/;

/** Whole texts in other voices, each line written by hand: worth more than what a grammar of clauses makes. */
const VOICES = /^own\/(?:line|line-order|mail-line|mail-kind|rules-line|talk)$/;

/** How much each row counts. */
export function weightsOf(rows: readonly Row[]): Float32Array {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(groupOf(row) + row.label, (counts.get(groupOf(row) + row.label) ?? 0) + 1);
  return Float32Array.from(rows, (row) =>
    row.verified === false || row.calibrates === true
      ? 0
      : FIRST_HAND.test(row.source)
        ? 3
        : TOLD.test(row.source)
          ? 2
          : VOICES.test(row.source)
            ? 0.8
            : Math.min(2, Math.max(0.3, Math.sqrt(FULL / (counts.get(groupOf(row) + row.label) ?? 1)))),
  );
}

/** Numbers of rows, at most so many of each source and label, spread over the source. */
export function sampleOf(rows: readonly Row[], usual: number): number[] {
  const groups = Map.groupBy(rows.keys(), (r) => groupOf(rows[r] as Row) + (rows[r] as Row).label + ((rows[r] as Row).calibrates === true));
  return [...groups].flatMap(([name, members]) => {
    // The threshold needs as many as there are.
    const most = name.endsWith('true') ? members.length : usual;
    const step = Math.max(1, members.length / most);
    return Array.from({ length: Math.min(members.length, most) }, (_, k) => members[Math.floor(k * step)] as number);
  });
}
