import { isInvisible, tagAscii, type Guards } from '../../guard/index.ts';
import type { Hit } from './finding.ts';
import type { DefinitionText } from './texts.ts';

/** ESC and the one-byte CSI begin every sequence (ECMA-48, 5.3). */
const ESCAPES = ['\u001b', '\u009b'];
/** Controls that no text of a definition needs; line feeds, tabs and the carriage return of a line's end are text. */
const CONTROL = /(?![\n\t\r\f])\p{Cc}|\r(?=[^\n])/u;
/** Text behind so much empty space is out of sight wherever a person reads it: columns of one line, or lines. */
const FAR_COLUMNS = 80;
const FAR_LINES = 20;
const SPACE = /\s{20,}/g;
/** A comment of Markdown or HTML is read by a model and drawn by nobody. */
const COMMENT = /<!--([^]{12,4000}?)-->/g;
const ORDER = /\b(?:must|always|never|ignore|do not|call|send|read|pass|include|before|instruction|user|assistant|tool|secret)\b/i;

/** Text that a person does not see: invisible characters, control characters, comments, text pushed out of sight. */
export function hiddenHits({ role, text }: DefinitionText, guards: Guards): Hit[] {
  const hits: Hit[] = [];
  const { findings } = guards.scan(text, { point: 'content', origin: 'retrieved', part: 0 });
  for (const { category, confidence, evidence } of findings)
    if (category === 'hidden_text')
      hits.push({
        check: 'mcp.hidden-text',
        message: 'It holds characters that a person does not see.',
        confidence,
        ...(evidence === undefined ? {} : { evidence }),
      });
  if (hits.length === 0 && role === 'name' && Array.from(text).some((char) => isUnseen(char.codePointAt(0) ?? 0)))
    hits.push({ check: 'mcp.hidden-text', message: 'A name holds an invisible character.', confidence: 0.95 });
  if (ESCAPES.some((escape) => text.includes(escape)))
    hits.push({ check: 'mcp.terminal-escape', message: 'It holds an escape sequence for terminals.', confidence: 0.97 });
  else if (CONTROL.test(text))
    hits.push({ check: 'mcp.terminal-escape', message: 'It holds control characters.', confidence: 0.9, severity: 'medium' });
  if (role !== 'prose') return hits;
  if (isFarAway(text))
    hits.push({
      check: 'mcp.hidden-text',
      message: 'It holds text behind so much empty space that a person does not see it.',
      confidence: 0.8,
    });
  for (const [, comment = ''] of text.matchAll(COMMENT))
    if (ORDER.test(comment)) {
      hits.push({ check: 'mcp.hidden-text', message: 'It holds orders in a comment, which is not drawn.', confidence: 0.8 });
      break;
    }
  return hits;
}

/** Runs of space are taken whole, so that the time is linear in them. */
function isFarAway(text: string): boolean {
  for (const { 0: run, index } of text.matchAll(SPACE)) {
    if (index + run.length >= text.length) return false;
    const lines = run.split('\n');
    if (lines.length > FAR_LINES || lines.some((line) => line.length >= FAR_COLUMNS)) return true;
  }
  return false;
}

/** Shows nothing; tag characters stand above what `isInvisible` looks at. */
function isUnseen(code: number): boolean {
  return (code < 0x10000 && isInvisible(code)) || tagAscii(code) !== undefined || (code >= 0xe0100 && code <= 0xe01ef);
}
