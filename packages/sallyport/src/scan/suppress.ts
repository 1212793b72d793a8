import { matchesGlob } from 'node:path';
import { placeOf, type ScanFinding, type SourceText } from './finding.ts';
import { CWE_OF_BANDIT } from './bandit.ts';

/** Whose marks are obeyed: Sallyport's own, those of other scanners too, or none. */
export const SUPPRESSIONS = ['all', 'own', 'none'] as const;
export type SuppressionMode = (typeof SUPPRESSIONS)[number];

/** A mark in a comment that says: this finding is known. `rules` are ids, `prefix.*` or CWE ids; empty for all. */
export type Suppression = {
  readonly path: string;
  readonly line: number;
  readonly by: 'sallyport-ignore' | 'nosec' | 'nosemgrep' | 'noqa' | 'configuration';
  readonly rules: readonly string[];
  readonly reason: string;
};

/** The marks of a file: `obeyed`, and Sallyport's own that give no reason, which are not. */
export type Marks = {
  readonly obeyed: readonly (Suppression & { readonly lines: readonly number[] })[];
  readonly withoutReason: readonly Suppression[];
};

const QUICK = /sallyport-ignore|nosec|nosemgrep|noqa/i;
/** What a comment begins with in the languages and formats that are scanned. */
const COMMENT = '(?:#|//|/\\*|\\*|<!--|--|;|%|\\{#)';
const OWN = new RegExp(`${COMMENT}\\s{0,8}sallyport-ignore\\b([^\\n]{0,400})`);
const NOSEC = new RegExp(`${COMMENT}\\s{0,8}nosec\\b:?\\s{0,8}((?:[BG]\\d{3}[,\\s]{0,3}){0,20})`, 'i');
const NOSEMGREP = new RegExp(`${COMMENT}\\s{0,8}nosem(?:grep)?\\b`, 'i');
const NOQA = new RegExp(`${COMMENT}\\s{0,8}noqa\\s{0,2}:\\s{0,4}((?:[A-Z]{1,4}\\d{1,4}[,\\s]{0,3}){1,20})`, 'i');
/** A line that holds a comment alone also speaks for the next one. */
const ALONE = /^\s*(?:#|\/\/|\/\*|\*|<!--|--|;|%|\{#)/;

/** Reads the marks of a file. Only text in a comment counts, as far as one line shows it. */
export function marksOf({ path, text }: SourceText, mode: SuppressionMode): Marks {
  if (mode === 'none' || !QUICK.test(text)) return { obeyed: [], withoutReason: [] };
  const obeyed: (Suppression & { lines: number[] })[] = [];
  const withoutReason: Suppression[] = [];
  text.split('\n').forEach((content, at) => {
    if (!QUICK.test(content)) return;
    const line = at + 1;
    for (const { by, rules, reason } of marksOfLine(content.length > MAX_MARKED_LINE ? content.slice(-MAX_MARKED_LINE) : content, mode)) {
      const mark = { path, line, by, rules, reason };
      if (by === 'sallyport-ignore' && reason.length < MIN_REASON) withoutReason.push(mark);
      else obeyed.push({ ...mark, lines: ALONE.test(content) ? [line, line + 1] : [line] });
    }
  });
  return { obeyed, withoutReason };
}

/** Comments stand at a line's end. */
const MAX_MARKED_LINE = 2_000;
/** Shorter is no reason. */
const MIN_REASON = 4;

type Mark = Pick<Suppression, 'by' | 'rules' | 'reason'>;

function marksOfLine(content: string, mode: SuppressionMode): Mark[] {
  const marks: Mark[] = [];
  const own = OWN.exec(content)?.[1];
  if (own !== undefined) marks.push(ownMark(own));
  if (mode === 'own') return marks;
  const nosec = NOSEC.exec(content)?.[1];
  if (nosec !== undefined) marks.push({ by: 'nosec', rules: cwesOf(nosec.match(/[BG]\d{3}/gi) ?? []), reason: 'marked nosec' });
  if (NOSEMGREP.test(content)) marks.push({ by: 'nosemgrep', rules: ['vulnerable_code'], reason: 'marked nosemgrep' });
  const codes = NOQA.exec(content)?.[1]?.match(/\bS\d{3}\b/gi);
  if (codes !== undefined && codes !== null) marks.push({ by: 'noqa', rules: cwesOf(codes), reason: 'marked noqa' });
  return marks;
}

function ownMark(rest: string): Mark {
  const cut = rest.indexOf('--');
  const reason = (cut < 0 ? '' : rest.slice(cut + 2)).replace(/(?:\*\/|-->|#\}|--)\s*$/, '').trim();
  const rules = (cut < 0 ? rest : rest.slice(0, cut)).split(/[\s,:]+/).filter((word) => /^[\w.*-]+$/.test(word));
  return { by: 'sallyport-ignore', rules, reason };
}

/** Ids of Bandit (B105), which ruff writes S105: what each is about, as CWE. One that is not known suppresses nothing. */
function cwesOf(ids: readonly string[]): string[] {
  if (ids.length === 0) return ['vulnerable_code'];
  return ids.map((id) => CWE_OF_BANDIT[id.slice(1)] ?? id.toUpperCase());
}

/** Whether a suppression's rules name the finding. */
export function names(rules: readonly string[], finding: ScanFinding): boolean {
  if (rules.length === 0) return true;
  return rules.some((rule) => {
    if (rule.endsWith('.*')) return finding.rule.startsWith(rule.slice(0, -1));
    const inTaxonomy = finding.taxonomy?.includes(rule) === true;
    return rule === finding.rule || rule === finding.category || rule === finding.type || inTaxonomy;
  });
}

/** Findings by whether a mark of their file speaks for their first line; `unused`: own marks that speak for none. */
export function applyMarks(
  findings: readonly ScanFinding[],
  marks: Marks['obeyed'],
): { readonly suppressions: ReadonlyMap<ScanFinding, Suppression>; readonly unused: readonly Suppression[] } {
  const suppressions = new Map<ScanFinding, Suppression>();
  const used = new Set<Suppression>();
  // By place: a file can have as many marks as findings.
  const byPlace = new Map<string, Suppression[]>();
  for (const mark of marks)
    for (const line of mark.lines) {
      const key = `${line} ${mark.path}`;
      const there = byPlace.get(key);
      if (there === undefined) byPlace.set(key, [mark]);
      else there.push(mark);
    }
  for (const finding of findings) {
    const { path, line } = placeOf(finding);
    for (const mark of byPlace.get(`${line} ${path}`) ?? []) {
      if (!names(mark.rules, finding)) continue;
      used.add(mark);
      if (!suppressions.has(finding)) suppressions.set(finding, mark);
    }
  }
  return { suppressions, unused: marks.filter((mark) => mark.by === 'sallyport-ignore' && !used.has(mark)) };
}

/** What the configuration ignores, beside the marks in the files. */
export function ignored(
  findings: readonly ScanFinding[],
  marked: ReadonlyMap<ScanFinding, Suppression>,
  ignore: readonly { readonly rule: string; readonly paths?: readonly string[]; readonly reason: string }[] = [],
): ReadonlyMap<ScanFinding, Suppression> {
  const both = new Map(marked);
  for (const finding of findings) {
    const { path, line } = placeOf(finding);
    const found = ignore.find(
      ({ rule, paths }) => names([rule], finding) && (paths === undefined || paths.some((pattern) => matchesGlob(path, pattern))),
    );
    if (found !== undefined && !both.has(finding))
      both.set(finding, { path, line, by: 'configuration', rules: [found.rule], reason: found.reason });
  }
  return both;
}
