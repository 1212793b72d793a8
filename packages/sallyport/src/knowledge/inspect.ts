import type { Finding } from '../kernel/index.ts';
import { placeOf, type Concealment, type DocumentPart, type Mark, type ReadDocument } from '../documents/index.ts';
import { SECOND_STAGE, type Scan, type ScanAt } from '../guard/index.ts';
import { stricterLabel, type Label, type Reason } from './document.ts';
import { LabelCount, labelOfText } from './label.ts';
import { speaksToMachine } from './machine_reader.ts';
import { wordsOf } from './signature.ts';

/** What stands in a document, for the verdict and for the index of alike ones. `excerpts`: around what was found, for who decides on a release. */
export type Inspection = {
  readonly reasons: readonly Reason[];
  readonly label: Label;
  /** What a person sees, for comparing documents. */
  readonly text: string;
  readonly excerpts: readonly Excerpt[];
};

/** `reason`: its place in the list of reasons. */
export type Excerpt = { readonly reason: number; readonly text: string };

export type Inspector = {
  scan(text: string, at: ScanAt): Scan;
  /** Asks a second stage about a scan that is grey, where there is one. */
  readonly refine?: ((scan: Scan) => Promise<Scan>) | undefined;
  /** Lets others work between two pieces. */
  pause(): Promise<void>;
};

/** Texts are scanned in pieces so that none holds the process for more than some milliseconds; they overlap by more than a sentence. */
const PIECE = 65_536;
const OVERLAP = 1_000;
/** Injection in what a person sees, from which somebody should look; less sure ones are noted. The same threshold as the rule of the gate. */
const SEEN_INJECTION = 0.9;
/** In text that is hidden by its look less is enough: it is there for a machine. */
const HIDDEN_INJECTION = 0.5;
/** Comments, descriptions and scripts are usual, and speak of instructions now and then. */
const USUAL_INJECTION = 0.8;
/** Sure enough that nobody needs to look. */
const CERTAIN_INJECTION = 0.9;
const SURE_SECRET = 0.9;
/** Concealments by look that no format needs: words that are there for a machine and not for a person. */
const DELIBERATE: ReadonlySet<DocumentPart['shown']> = new Set<Concealment>([
  'low_contrast',
  'tiny_font',
  'off_page',
  'transparent',
  'covered',
  'clipped',
  'not_displayed',
]);
const CODED: ReadonlySet<DocumentPart['shown']> = new Set<Concealment>([
  'zero_width',
  'tag_characters',
  'variation_selectors',
  'bidi_override',
]);
/** Labels of many pictures and links stand in one part, which reads like no prose; the model alone must be surer of them. */
const LISTED: ReadonlySet<DocumentPart['shown']> = new Set<Concealment>(['alt_text', 'metadata', 'annotation']);
const CERTAIN_LABEL = 0.95;
const MAX_REASONS = 200;
/** Characters of an excerpt on each side. */
const AROUND = 100;

/** Looks at everything that stands in a document that could be read, or says why it could not. */
export async function inspect(read: ReadDocument, inspector: Inspector): Promise<Inspection> {
  if (!read.ok) return { reasons: [unread(read)], label: 'public', text: '', excerpts: [] };
  const reasons: Reason[] = [];
  const excerpts: Excerpt[] = [];
  const count = new LabelCount();
  const say = (reason: Reason, excerpt?: string): void => {
    if (reasons.length >= MAX_REASONS || reasons.some((one) => isSame(one, reason))) return;
    if (excerpt !== undefined) excerpts.push({ reason: reasons.length, text: excerpt });
    reasons.push(reason);
  };
  let label: Label = 'public';
  for (const [number, part] of read.parts.entries()) {
    if (part.shown === 'visible') label = stricterLabel(label, labelOfText(part.text));
    for (const concealed of concealedReasons(part, read)) say(concealed, part.text.slice(0, 2 * AROUND));
    for (const { from, text } of pieces(part.text)) {
      const first = inspector.scan(text, { point: 'content', origin: 'retrieved', part: number });
      const scan = first.grey === undefined || inspector.refine === undefined ? first : await inspector.refine(first);
      for (const finding of scan.findings) {
        const { start, end } = finding.location.kind === 'text' ? finding.location : { start: 0, end: 0 };
        count.add(finding, () => text.slice(start, end));
        const reason = reasonOf(finding, part, from + start, text);
        if (reason !== undefined) say(reason, text.slice(Math.max(0, start - AROUND), Math.min(end, start + 4 * AROUND) + AROUND));
      }
      if (scan.failures.some(({ guard, onError }) => guard !== SECOND_STAGE || onError === 'deny') || scan.unscanned !== undefined)
        say({ rule: 'knowledge.unscanned', verdict: 'quarantine', why: scan.unscanned ?? 'A guard failed on it.', shown: part.shown });
      await inspector.pause();
    }
  }
  if (read.pixels === true)
    say({ rule: 'knowledge.unscanned', verdict: 'note', why: 'Nothing looked at what the picture shows; its metadata was read.' });
  const text = read.parts.flatMap((part) => (part.shown === 'visible' ? [part.text] : [])).join('\n');
  return { reasons, label: stricterLabel(label, count.label), text, excerpts };
}

function unread({ refusal, say }: Extract<ReadDocument, { ok: false }>): Reason {
  const lookable = refusal === 'broken' || refusal === 'encrypted' || refusal === 'unsupported';
  return { rule: lookable ? 'knowledge.unscanned' : 'knowledge.unreadable', verdict: lookable ? 'quarantine' : 'reject', why: say };
}

function isSame(one: Reason, other: Reason): boolean {
  return (
    one.rule === other.rule && one.shown === other.shown && one.place?.page === other.place?.page && one.place?.line === other.place?.line
  );
}

function reasonOf(finding: Finding, part: DocumentPart, offset: number, text: string): Reason | undefined {
  const { category, severity, confidence } = finding;
  const said = { shown: part.shown, place: placed(part, offset), confidence };
  const span = finding.location.kind === 'text' ? text.slice(finding.location.start, finding.location.end) : '';
  if (category === 'prompt_injection' || category === 'jailbreak') {
    // The model weighs words whatever stands between them: an index of names is no speech.
    if (finding.rule === 'injection.model' && !isProse(span)) return undefined;
    if (finding.rule === 'injection.model' && LISTED.has(part.shown) && confidence < CERTAIN_LABEL) return undefined;
    const rule = part.shown === 'visible' ? 'knowledge.instructions' : 'knowledge.hidden-instructions';
    return { ...said, rule, ...verdictOfInjection(part.shown, confidence) };
  }
  if (category === 'hidden_text' && (severity === 'high' || severity === 'critical'))
    return {
      ...said,
      rule: 'knowledge.hidden-characters',
      verdict: 'quarantine',
      why: 'It holds characters that a person cannot see and a model reads.',
    };
  if (category !== 'secret') return undefined;
  const { start, end } = finding.location.kind === 'text' ? finding.location : { start: 0, end: 0 };
  const example =
    confidence < SURE_SECRET || isExample(text.slice(Math.max(0, start - AROUND), end + AROUND)) || isInData(text, start, end);
  return { ...said, rule: 'knowledge.secret', verdict: example ? 'note' : 'quarantine', why: 'It holds a key or password.' };
}

function verdictOfInjection(shown: DocumentPart['shown'], confidence: number): Pick<Reason, 'verdict' | 'why'> {
  if (shown === 'visible')
    return { verdict: confidence >= SEEN_INJECTION ? 'quarantine' : 'note', why: 'It tries to steer the model that reads it.' };
  // What is hidden from sight by its look quotes nothing; a comment may.
  const deliberate = DELIBERATE.has(shown) || CODED.has(shown);
  if (deliberate && confidence >= CERTAIN_INJECTION) return { verdict: 'reject', why: HIDDEN_WHY };
  return { verdict: confidence >= (deliberate ? HIDDEN_INJECTION : USUAL_INJECTION) ? 'quarantine' : 'note', why: HIDDEN_WHY };
}

const HIDDEN_WHY = 'Text that a person does not see tries to steer the model that reads it.';

function placed(part: DocumentPart, offset: number): Omit<Mark, 'offset'> {
  const { page, line, member } = placeOf(part, offset) ?? {};
  return { ...(page === undefined ? {} : { page }), ...(line === undefined ? {} : { line }), ...(member === undefined ? {} : { member }) };
}

/** A line of at least six words, as in a sentence. */
function isProse(span: string): boolean {
  return span.split('\n').some((line) => wordsOf(line).length >= 6);
}

/** Hosts that are nobody's (RFC 2606, RFC 6761): credentials beside them stand in examples. */
function isExample(around: string): boolean {
  return /\bexample\.(?:com|org|net)\b|\.(?:example|test|invalid)\b|\blocalhost\b|127\.0\.0\.1/i.test(around);
}

/** In the middle of a long stretch without a blank: a drawing, a font or an archive written as text. */
function isInData(text: string, start: number, end: number): boolean {
  return !/\s/.test(text.slice(Math.max(0, start - 2 * AROUND), start)) && !/\s/.test(text.slice(end, end + 2 * AROUND)) && start > AROUND;
}

/** Prose that is hidden by its look, hidden text that speaks to a machine, and what invisible characters spell. */
function concealedReasons(part: DocumentPart, { format }: Extract<ReadDocument, { ok: true }>): Reason[] {
  const said = { shown: part.shown, place: placed(part, 0) };
  if (CODED.has(part.shown))
    return [{ ...said, rule: 'knowledge.hidden-characters', verdict: 'quarantine', why: 'Characters that show nothing spell a text.' }];
  const words = DELIBERATE.has(part.shown) || part.shown === 'comment' ? wordsOf(part.text).length : 0;
  if (words < MIN_PROSE) return [];
  const reasons: Reason[] = [];
  if (speaksToMachine(part.text))
    reasons.push({
      ...said,
      rule: 'knowledge.hidden-instructions',
      verdict: 'quarantine',
      why: 'Text that a person does not see tells an assistant what to do.',
    });
  // Menus, parts that open on a click and the invisible text of a scanned page are usual, and said in a note only.
  const verdict = isUsual(part, format) ? 'note' : 'quarantine';
  if (part.shown !== 'comment')
    reasons.push({
      ...said,
      rule: 'knowledge.hidden-text',
      verdict,
      why: `${words} words are hidden (${part.shown.replaceAll('_', ' ')}).`,
    });
  return reasons;
}

/** Words from which hidden text can say something. */
const MIN_PROSE = 6;

/** Pages hide menus and parts that open on a click, and set white on grounds that only their own styles know; OCR writes its text invisibly over the picture. */
function isUsual(part: DocumentPart, format: string): boolean {
  if (format === 'html' || format === 'markdown') return true;
  return format === 'pdf' && part.shown !== 'low_contrast' && part.shown !== 'tiny_font' && part.shown !== 'off_page';
}

function* pieces(text: string): Generator<{ readonly from: number; readonly text: string }> {
  for (let from = 0; from < text.length; from += PIECE) {
    yield { from, text: text.slice(from, from + PIECE + OVERLAP) };
    if (from + PIECE + OVERLAP >= text.length) return;
  }
}
