import type { Severity } from '../../../kernel/index.ts';
import type { Detector, DetectorSetup, FindingFacts, Scanner, Sink, StreamPattern } from '../../detector.ts';
import type { Units } from '../../units.ts';
import type { Span, View } from '../../view.ts';
import { placeholderType } from '../../mask/index.ts';
import { isIpv4, isIpv6, isNobody } from './address.ts';
import { isWrittenCard } from './card.ts';
import { emailAround } from './email.ts';
import { ibanEnd, isIban } from './iban.ts';
import { findInCluster, isSsn, type Kind } from './number.ts';
import { isPhone } from './phone.ts';

/** Core personal data, by the names that Presidio gives the types. */
export const detector: Detector = {
  id: 'personal',
  category: 'personal_data',
  points: { prompt: 'deny', content: 'deny', tool_call: 'deny', tool_result: 'deny', response: 'deny' },
  version: 2,
  describe: {
    finds:
      'E-mail addresses, telephone numbers, payment cards, IBANs, IP addresses, US social security numbers; each checked by its own rule (Luhn, mod 97, numbering plan).',
    example: 'Reach me at jane.doe@example.com or +1 212 555 0182.',
    passes: 'Order 1234-5678-9012 of 2024-05-01, total 4321.00.',
    measured: { precision: 1, recall: 0.99, on: 'recognizers-dev (cases of its types)' },
  },
  stream: { form: 'prefix' },
  setUp,
};

/** Identifiers of a person in a text: CWE-359 (exposure of private personal information), LLM02:2025. */
const TAXONOMY = ['CWE-359', 'LLM02:2025'];

type Type = 'EMAIL_ADDRESS' | 'IBAN_CODE' | 'IP_ADDRESS' | Kind;

const FACTS: Readonly<Record<Type, { id: string; severity: Severity; confidence: number; evidence: string }>> = {
  EMAIL_ADDRESS: { id: 'email', severity: 'medium', confidence: 0.95, evidence: 'address form of RFC 5321' },
  PHONE_NUMBER: { id: 'phone', severity: 'medium', confidence: 0.85, evidence: 'valid in its numbering plan' },
  CREDIT_CARD: { id: 'card', severity: 'high', confidence: 0.97, evidence: 'issuer range, length and Luhn digit' },
  IBAN_CODE: { id: 'iban', severity: 'high', confidence: 0.99, evidence: 'country, length and mod 97' },
  IP_ADDRESS: { id: 'ip', severity: 'low', confidence: 0.8, evidence: 'address form' },
  US_SSN: { id: 'ssn', severity: 'high', confidence: 0.85, evidence: 'area, group and serial in range' },
};

/** Types of personal data that it knows, in Presidio's words. */
export const PERSONAL_TYPES: readonly string[] = Object.keys(FACTS);

function factsOf(type: Type, sure?: number): FindingFacts {
  const { id, severity, evidence, confidence } = FACTS[type];
  return {
    rule: `personal.${id}`,
    category: 'personal_data',
    type,
    severity,
    confidence: sure ?? confidence,
    evidence: sure === undefined ? evidence : 'named before it',
    taxonomy: TAXONOMY,
  };
}

function setUp({ settings }: DetectorSetup): Scanner {
  const wants = (type: Type): boolean => settings.types === undefined || settings.types.has(type);
  const regions = settings.phoneRegions;
  return {
    scan({ plain, decoded }, at, sink) {
      scanView(plain, false, wants, regions, sink);
      if (decoded !== undefined) scanView(decoded, true, wants, regions, sink);
      if (at.point === 'tool_call') placeholders(plain, sink);
    },
    patterns: () => PATTERNS.filter(({ type }) => wants(type)).map(({ type, ...pattern }) => streamPattern(type, pattern, regions)),
  };
}

/** `onlyChanged`: what stands in the text as it is was found already. */
function scanView(view: View, onlyChanged: boolean, wants: (type: Type) => boolean, regions: readonly string[], sink: Sink): void {
  const found = (type: Type, start: number, end: number, confidence?: number): void => {
    if (wants(type) && (!onlyChanged || view.changed(start, end))) sink.add(view, start, end, factsOf(type, confidence));
  };
  emails(view, found);
  const taken = [...ibans(view, found), ...ipv6(view, found)];
  const { clusters } = view.numbers;
  for (let c = 0; c < clusters.length; c += 2) {
    const start = clusters[c] as number;
    const end = clusters[c + 1] as number;
    if (!taken.some((span) => span.start < end && start < span.end)) findInCluster(view.text, start, end, regions, found);
  }
}

/** What a placeholder of the gate looks like, from its first bracket. */
const PLACEHOLDER = /<[A-Za-z][A-Za-z0-9_]{2,100}>/g;

/**
 * A placeholder in the arguments of a tool counts as the value that it stands for: the tool would get it. In replies the gate restores it for
 * the caller, whose value it is.
 */
function placeholders(view: View, sink: Sink): void {
  if (!view.text.includes('<')) return;
  for (const match of view.text.matchAll(PLACEHOLDER)) {
    const type = placeholderType(match[0]);
    if (type === undefined) continue;
    sink.add(view, match.index, match.index + match[0].length, {
      rule: 'personal.placeholder',
      category: 'personal_data',
      type,
      severity: 'medium',
      confidence: 1,
      evidence: 'placeholder of a masked value',
      taxonomy: TAXONOMY,
    });
  }
}

type Found = (type: Type, start: number, end: number, confidence?: number) => void;

function emails({ text }: View, found: Found): void {
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const span = emailAround(text, at);
    if (span !== undefined) found('EMAIL_ADDRESS', span.start, span.end);
  }
}

function ibans({ text, numbers }: View, found: Found): readonly Span[] {
  const spans: Span[] = [];
  for (const start of numbers.iban) {
    const end = ibanEnd(text, start);
    if (end < 0) continue;
    found('IBAN_CODE', start, end);
    spans.push({ start, end });
  }
  return spans;
}

const IPV6 = /(?<![\w:.])((?:[0-9a-fA-F]{0,4}:){2,8}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}))(\/\d{1,3})?(?![\w:])/y;

/**
 * An address has two colons with at most four hexadecimal digits between them, and begins with at most four before the first. Answers where
 * addresses stand, so that the IPv4 form inside one is not found again.
 */
function ipv6({ text, units }: View, found: Found): readonly Span[] {
  const spans: Span[] = [];
  let done = 0;
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) {
    if (at < done || !isColonPair(units, at)) continue;
    let start = at;
    while (start > done && at - start < 4 && isHex(units[start - 1] as number)) start--;
    IPV6.lastIndex = start;
    const match = IPV6.exec(text);
    if (match === null) continue;
    done = start + match[0].length;
    const address = match[1] ?? '';
    if (/[0-9]/.test(address) && isIpv6(address) && !isNobody(address)) {
      spans.push({ start, end: done });
      found('IP_ADDRESS', start, done);
    }
  }
  return spans;
}

function isColonPair(units: Units, at: number): boolean {
  for (let i = at + 1; i <= at + 5 && i < units.length; i++) {
    const c = units[i] as number;
    if (c === 58) return true;
    if (!isHex(c)) return false;
  }
  return false;
}

function isHex(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 97 && c <= 102) || (c >= 65 && c <= 70);
}

type TypedPattern = {
  readonly type: Type;
  readonly source: string;
  readonly verify: (value: string, regions: readonly string[]) => boolean;
};

/** For text that is still arriving. Each is bounded: a longer value is not one of these. */
const PATTERNS: readonly TypedPattern[] = [
  {
    type: 'EMAIL_ADDRESS',
    source: '\\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63}){1,4}(?![A-Za-z0-9-])',
    verify: (value) => {
      const at = value.indexOf('@');
      const span = emailAround(value, at);
      return span !== undefined && span.start === 0 && span.end === value.length;
    },
  },
  { type: 'CREDIT_CARD', source: '\\b\\d([ -]?\\d){12,18}(?!\\d)', verify: (value) => isWrittenCard(value) },
  {
    type: 'IBAN_CODE',
    source: '\\b[A-Z]{2}\\d{2}([ -]?[A-Z0-9]){11,30}(?![A-Z0-9])',
    verify: (value) => isIban(value.replace(/[ -]/g, '').toUpperCase()),
  },
  { type: 'US_SSN', source: '\\b\\d{3}[ -]\\d{2}[ -]\\d{4}(?!\\d)', verify: isSsn },
  { type: 'IP_ADDRESS', source: '\\b\\d{1,3}(\\.\\d{1,3}){3}(?!\\d)', verify: (value) => isIpv4(value) && !isNobody(value) },
  { type: 'PHONE_NUMBER', source: '\\+\\d([ ().-]{0,2}\\d){6,14}(?!\\d)', verify: isPhone },
  { type: 'PHONE_NUMBER', source: '\\(?[2-9]\\d{2}\\)?[ .-]{1,2}[2-9]\\d{2}[ .-]\\d{4}(?!\\d)', verify: isPhone },
];

function streamPattern(type: Type, { source, verify }: Omit<TypedPattern, 'type'>, regions: readonly string[]): StreamPattern {
  return { id: `personal.${FACTS[type].id}`, source, verify: (value) => verify(value, regions), finding: () => factsOf(type) };
}
