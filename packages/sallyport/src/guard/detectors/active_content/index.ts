import type { Severity } from '../../../kernel/index.ts';
import type { Detector, FindingFacts, Scanner, StreamPattern } from '../../detector.ts';
import type { View } from '../../view.ts';
import { ownCases } from '../measured.ts';

/** Output that does something where it is shown: scripts in a page, control sequences in a terminal. */
export const detector: Detector = {
  id: 'active_content',
  category: 'active_content',
  points: { response: 'deny' },
  version: 2,
  describe: {
    finds:
      'Script tags, event handlers, javascript: and data:text/html addresses, frames, refreshes, forms, style that loads something, SVG and MathML that act, terminal escape sequences and links. Less sure inside code.',
    example: '<img src=x onerror=alert(1)>',
    passes: 'The word script, a < b, an onerror property in prose.',
    measured: ownCases(17, 12, '0.2 % of 3,000 ordinary texts are flagged'),
  },
  stream: { form: 'prefix' },
  setUp: () => ({
    scan: ({ plain, decoded }, _at, sink) => scanViews(decoded === undefined ? [plain] : [plain, decoded], sink),
    patterns: () => STREAM_PATTERNS,
  }),
};

/** CWE-79 (cross-site scripting), CWE-150 (escape sequences), LLM05:2025. */
const XSS = ['CWE-79', 'LLM05:2025'];
const ESCAPE = ['CWE-150', 'LLM05:2025'];

type Rule = {
  readonly id: string;
  readonly sign: string;
  readonly pattern: RegExp;
  readonly stream: string;
  readonly severity: Severity;
  readonly taxonomy: readonly string[];
};

/** `sign`: a lower-case text without which the pattern cannot match. `stream` is the same in the bounded language. */
const RULES: readonly Rule[] = [
  {
    id: 'script',
    sign: '<',
    pattern: /<script(?=[\s/>])[^>]{0,500}>?/gi,
    stream: '<script[\\s/>][^>]{0,300}',
    severity: 'high',
    taxonomy: XSS,
  },
  {
    id: 'event-handler',
    sign: '<',
    pattern: /<[a-z][a-z0-9-]{0,30}[\s/](?:[^<>]{0,500}[\s"'/])?on[a-z]{3,30}[ \t]{0,4}=[^<>]{0,500}>?/gi,
    stream: '<[a-z][a-z0-9-]{0,15}[\\s/](?:[^<>]{0,200}[\\s"/])?on[a-z]{3,20}[ \\t]{0,2}=[^<>]{0,200}',
    severity: 'high',
    taxonomy: XSS,
  },
  {
    id: 'script-url',
    sign: 'script:',
    pattern: /(?:\]\(|=[ \t]{0,4}["']?|^|[\s<(])[\s\p{Cc}]{0,4}(?:java|vb)script:[^\s"'<>)]{1,300}/gimu,
    stream: '\\b(java|vb)script:[^\\s"\'<>)]{1,200}',
    severity: 'high',
    taxonomy: XSS,
  },
  {
    id: 'html-url',
    sign: 'data:',
    pattern: /data:(?:text\/html|image\/svg\+xml|application\/xhtml\+xml)[;,][^\s"'<>)]{1,500}/gi,
    stream: '\\bdata:(text/html|image/svg\\+xml|application/xhtml\\+xml)[;,][^\\s"\'<>)]{1,200}',
    severity: 'high',
    taxonomy: XSS,
  },
  {
    id: 'frame',
    sign: '<',
    pattern: /<(?:iframe|object|embed|frame|portal)(?=[\s/>])[^>]{0,500}>?/gi,
    stream: '<(iframe|object|embed|frame|portal)[\\s/>][^>]{0,300}',
    severity: 'medium',
    taxonomy: XSS,
  },
  {
    id: 'redirect',
    sign: '<',
    pattern: /<(?:meta[\s/][^>]{0,200}http-equiv[ \t]{0,4}=[ \t]{0,4}["']?refresh|base[\s/][^>]{0,200}href)[^>]{0,500}>?/gi,
    stream: '<(meta|base)[\\s/][^>]{4,300}',
    severity: 'medium',
    taxonomy: XSS,
  },
  // OSC 8: what a terminal shows is not where the link goes; OSC 52 writes to the clipboard.
  {
    id: 'terminal-link',
    sign: '',
    pattern:
      // oxlint-disable-next-line no-control-regex -- control characters are what this finds
      /(?:\u001b\]|\u009d)(?:8;[^;\u0007\u001b]{0,200};[^\u0007\u001b]{1,500}|52;[a-z0-9]{0,8};[A-Za-z0-9+/=?]{1,500}|(?:0|1|2|1337|9|777|50);[^\u0007\u001b]{1,500})/g,
    stream: '\u001b\\](8|52|0|1|2|1337|9|777|50);[^\\s]{1,300}',
    severity: 'high',
    taxonomy: ESCAPE,
  },
  {
    id: 'form',
    sign: '<',
    pattern: /<form(?=[\s/>])[^>]{0,500}action[ \t]{0,4}=[^>]{0,500}>?/gi,
    stream: '<form[\\s/][^>]{0,300}',
    severity: 'low',
    taxonomy: XSS,
  },
  {
    id: 'embedded-markup',
    sign: '<',
    pattern:
      /<(?:svg(?=[\s/>])[^<]{0,500}(?:<[^<]{0,300}){0,20}?<(?:script|foreignobject|animate|set|use)(?=[\s/>])|math(?=[\s/>])[^<]{0,300}(?:<[^<]{0,200}){0,20}?(?:href|annotation-xml|maction))[^>]{0,300}>?/gi,
    stream: '<(svg|math)[\\s/>][^>]{0,300}',
    severity: 'medium',
    taxonomy: XSS,
  },
  {
    id: 'style',
    sign: '<',
    pattern:
      /<(?:style(?=[\s>])[^>]{0,200}>[^<]{0,2000}?(?:url\s{0,4}\(|@import|expression\s{0,4}\()[^<]{0,500}|link(?=\s)[^>]{0,200}(?:stylesheet|import|prefetch|preload|preconnect)[^>]{0,300}>?|[a-z][a-z0-9]{0,15}\s[^<>]{0,300}style\s{0,4}=\s{0,4}["'][^"'<>]{0,300}(?:url\s{0,4}\(\s{0,4}["']?(?:https?:)?\/\/|expression\s{0,4}\(|position\s{0,4}:\s{0,4}fixed))/gi,
    stream: '<(style|link)[\\s>][^<]{8,600}',
    severity: 'medium',
    taxonomy: XSS,
  },
  // CSI, OSC, DCS and the one-byte CSI (ECMA-48); a terminal that shows the reply would obey them.
  {
    id: 'terminal-escape',
    sign: '',
    pattern:
      // oxlint-disable-next-line no-control-regex -- control characters are what this finds
      /\u001b(?:\[[0-?]{0,40}[ -/]{0,10}[@-~]|[\]PX^_][^\u0007\u001b]{0,500}|[#-/][@-~0-9]|[@-Z\\-~])|\u009b[0-?]{0,40}[@-~]|[\u0090\u009d-\u009f][^\u0007\u001b\u009c]{1,500}/g,
    stream: '\u001b[\\[\\]PX^_@-Z][^\\s]{0,60}',
    severity: 'high',
    taxonomy: ESCAPE,
  },
];

/** In a code block or between backticks it is shown, not run. */
const IN_CODE = 0.3;
const SURE = 0.9;

function scanViews(views: readonly View[], sink: Parameters<Scanner['scan']>[2]): void {
  for (const view of views) {
    const { text } = view;
    const lower = text.includes('<') || text.includes(':') ? text.toLowerCase() : '';
    let code: Code | undefined;
    for (const rule of RULES) {
      if (rule.sign === '' ? !text.includes('\u001b') && !/[\u0080-\u009f]/.test(text) : !lower.includes(rule.sign)) continue;
      for (const match of text.matchAll(rule.pattern)) {
        code ??= codeOf(text);
        const confidence = !rule.id.startsWith('terminal-') && isInside(code, match.index) ? IN_CODE : SURE;
        sink.add(view, match.index, match.index + match[0].length, factsOf(rule, confidence));
      }
    }
  }
}

function factsOf({ id, severity, taxonomy }: Rule, confidence: number): FindingFacts {
  return {
    rule: `active_content.${id}`,
    category: 'active_content',
    type: id.replaceAll('-', '_').toUpperCase(),
    severity,
    confidence,
    evidence: confidence === IN_CODE ? 'inside code' : 'in running text',
    fix: 'Show replies as text, or clean their HTML.',
    taxonomy,
  };
}

/** Stretches of a Markdown text that are code: start and end in turn. */
type Code = readonly number[];

const FENCE = /^[ ]{0,3}(`{3,}|~{3,})[^\n]*$/gm;
const INLINE = /`[^`\n]{1,500}`/g;

function codeOf(text: string): Code {
  const spans: number[] = [];
  let open: { at: number; fence: string } | undefined;
  for (const match of text.matchAll(FENCE)) {
    const fence = match[1] ?? '';
    if (open === undefined) open = { at: match.index, fence };
    else if (fence.startsWith(open.fence)) {
      spans.push(open.at, match.index + match[0].length);
      open = undefined;
    }
  }
  if (open !== undefined) spans.push(open.at, text.length);
  for (const match of text.matchAll(INLINE)) spans.push(match.index, match.index + match[0].length);
  return spans;
}

function isInside(code: Code, at: number): boolean {
  for (let i = 0; i < code.length; i += 2) if (at >= (code[i] as number) && at < (code[i + 1] as number)) return true;
  return false;
}

const STREAM_PATTERNS: readonly StreamPattern[] = RULES.map((rule) => ({
  id: `active_content.${rule.id}`,
  source: rule.stream,
  ignoreCase: true,
  verify: (match) => new RegExp(rule.pattern.source, rule.pattern.flags.replace('g', '')).test(match),
  finding: () => factsOf(rule, SURE),
}));
