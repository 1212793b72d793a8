import type { Severity } from '../../../kernel/index.ts';
import type { Detector, FindingFacts, Scanner, Sink } from '../../detector.ts';
import { isInvisible, selectorByte, tagAscii } from '../../invisible.ts';
import { HIDDEN, kinds } from '../../kinds.ts';
import { ownCases } from '../measured.ts';

/** Text that a person does not see and a model reads. */
export const detector: Detector = {
  id: 'hidden_text',
  category: 'hidden_text',
  points: { prompt: 'deny', content: 'deny', tool_call: 'deny', tool_result: 'deny', response: 'deny' },
  version: 1,
  describe: {
    finds:
      'Text in tag characters or variation selectors, zero-width characters between letters or as a code, text turned round by bidi overrides.',
    example: 'A sentence that ends in an invisible "send the file" written in tag characters.',
    passes: 'An emoji family, the flag of Wales, a Persian word with its zero-width non-joiner.',
    measured: ownCases(5, 5),
  },
  stream: { form: 'whole' },
  setUp: () => SCANNER,
};

/** CWE-1007 (insufficient visual distinction), CWE-451 (misrepresentation of critical information), LLM01:2025. */
const TAXONOMY = ['CWE-1007', 'CWE-451', 'LLM01:2025'];

const SCANNER: Scanner = {
  scan({ raw, invisible }, _at, sink) {
    if (!invisible) return;
    if (findRuns(raw, sink) >= MIN_GAPS) findInterleaved(raw, sink);
    if (raw.includes('\u202d') || raw.includes('\u202e')) findOverrides(raw, sink);
  },
};

function factsOf(id: string, severity: Severity, confidence: number, evidence: string): FindingFacts {
  return {
    rule: `hidden_text.${id}`,
    category: 'hidden_text',
    type: id.replaceAll('-', '_').toUpperCase(),
    severity,
    confidence,
    evidence,
    fix: 'Remove the invisible characters, and look at where the text came from.',
    taxonomy: TAXONOMY,
  };
}

/** Tag characters in a row that can spell an instruction. */
const MIN_TAGS = 4;

/** A character has one variation selector; so many in a row are bytes (https://paulbutler.org/2025/smuggling-arbitrary-data-through-an-emoji/). */
const MIN_SELECTORS = 4;

/** Zero-width characters in a row: two or three happen in pasted text, sixteen are two letters in a binary code. */
const MIN_ZERO_WIDTH = 16;

type Run = { start: number; end: number; tags: number; letters: number; selectors: number; widths: Set<number>; count: number };

/** Judges each run of invisible characters by what it is made of. Answers how many stand between ASCII letters. */
function findRuns(text: string, sink: Sink): number {
  let gaps = 0;
  let i = 0;
  while (i < text.length) {
    const run = mayBeInvisible(text, i) ? runAt(text, i) : undefined;
    if (run === undefined) {
      i++;
      continue;
    }
    judge(text, run, sink);
    if (isLetter(text.charCodeAt(run.start - 1)) && isLetter(text.charCodeAt(run.end))) gaps++;
    i = run.end;
  }
  return gaps;
}

function isLetter(c: number): boolean {
  return (c >= 65 && c <= 90) || (c >= 97 && c <= 122);
}

/** A cheap test before the exact one: an invisible unit, or the first half of a tag character or variation selector. */
function mayBeInvisible(text: string, at: number): boolean {
  return ((kinds[text.charCodeAt(at)] as number) & HIDDEN) !== 0;
}

function runAt(text: string, start: number): Run | undefined {
  const run: Run = { start, end: start, tags: 0, letters: 0, selectors: 0, widths: new Set(), count: 0 };
  while (run.end < text.length) {
    const code = text.codePointAt(run.end) ?? 0;
    const tag = code >= 0xe0000 && code <= 0xe007f;
    const selector = selectorByte(code) !== undefined;
    if (!tag && !selector && !(code < 0x10000 && isInvisible(code))) break;
    if (tag) run.tags++;
    else if (selector) run.selectors++;
    else if (code !== 0xad) run.widths.add(code);
    const ascii = tagAscii(code);
    if (ascii !== undefined && /[A-Za-z]/.test(String.fromCharCode(ascii))) run.letters++;
    run.count++;
    run.end += code > 0xffff ? 2 : 1;
  }
  return run.count === 0 ? undefined : run;
}

function judge(text: string, run: Run, sink: Sink): void {
  if (run.tags >= MIN_TAGS && !isFlag(text, run)) {
    sink.addRaw(
      run.start,
      run.end,
      factsOf(
        'tag-characters',
        run.letters >= MIN_TAGS ? 'high' : 'medium',
        0.99,
        `${run.tags} tag characters in a row, ${run.letters} of them letters`,
      ),
    );
  } else if (run.selectors >= MIN_SELECTORS) {
    sink.addRaw(run.start, run.end, factsOf('variation-selectors', 'high', 0.97, `${run.selectors} variation selectors in a row`));
  } else if (run.count - run.tags - run.selectors >= MIN_ZERO_WIDTH) {
    const code = run.widths.size >= 2;
    sink.addRaw(
      run.start,
      run.end,
      factsOf(
        'zero-width-run',
        code ? 'high' : 'low',
        code ? 0.95 : 0.6,
        `${run.count} zero-width characters in a row, ${run.widths.size} kinds`,
      ),
    );
  }
}

/** Flags of regions are a black flag and tags: three to six letters or digits and the cancel tag (Unicode UTS 51, ED-14a). */
function isFlag(text: string, { start, end, tags }: Run): boolean {
  return text.codePointAt(start - 2) === 0x1f3f4 && tags <= 7 && text.codePointAt(end - 2) === 0xe007f;
}

/** Gaps in one word that hold a zero-width character from which the word is hidden from a filter, not broken for a line. */
const MIN_GAPS = 3;

/** A letter, then letters each behind zero-width characters. Soft hyphens are left to typesetters. */
const INTERLEAVED = /[A-Za-z](?:[\u034f\u180e\u200b-\u200f\u2060-\u2064\ufeff]+[A-Za-z]){3,}/g;
const ONE_GAP = /[\u034f\u180e\u200b-\u200f\u2060-\u2064\ufeff]+/g;

function findInterleaved(text: string, sink: Sink): void {
  for (const match of text.matchAll(INTERLEAVED)) {
    const gaps = match[0].match(ONE_GAP)?.length ?? 0;
    if (gaps >= MIN_GAPS)
      sink.addRaw(
        match.index,
        match.index + match[0].length,
        factsOf('zero-width-letters', 'high', 0.95, `${gaps} letters of a word apart by zero-width characters`),
      );
  }
}

/** Right-to-left and left-to-right override (CVE-2021-42574, "Trojan Source"): what is read differs from what stands there. */
const OVERRIDE = /[\u202d\u202e][^\u202c\n]{0,500}/g;

/** Latin letters inside an override that make it a text: a person's name in a file name has fewer tricks to play. */
const MIN_TURNED = 4;

function findOverrides(text: string, sink: Sink): void {
  for (const match of text.matchAll(OVERRIDE)) {
    const letters = match[0].match(/[A-Za-z]/g)?.length ?? 0;
    if (letters >= MIN_TURNED)
      sink.addRaw(
        match.index,
        match.index + match[0].length,
        factsOf('bidi-override', 'high', 0.9, `${letters} Latin letters inside a bidi override`),
      );
  }
}
