import type { Canary, Detector, DetectorSetup, FindingFacts, Scanner, Sink, StreamPattern } from '../../detector.ts';
import type { Units } from '../../units.ts';
import type { View } from '../../view.ts';
import { ownCases } from '../measured.ts';
import { findOverlap } from './overlap.ts';
import { formsOf, skeleton, type Form } from './forms.ts';

/** Planted strings that leave: of system prompts, and the gate's own provider keys. */
export const detector: Detector = {
  id: 'prompt_leak',
  category: 'prompt_leak',
  points: { tool_call: 'deny', response: 'deny' },
  version: 2,
  canaries: true,
  describe: {
    finds:
      "Canary strings of your system prompts and the gate's own keys in a reply or a tool call: as they are, spelled out, reversed, in rot13, hex, base64 or percent form. Stretches of the request's own system text, word for word.",
    example: 'My instructions begin with: q7-falcon-harbor-2291',
    passes: 'A reply that names falcons and harbours.',
    measured: ownCases(13, 4, 'of 3,000 ordinary texts none is flagged'),
  },
  stream: { form: 'prefix' },
  setUp,
};

type Planted = { readonly canary: Canary; readonly forms: readonly Form[]; readonly skeleton: string; readonly reversed: string };

/** A skeleton (letters and digits only) shorter than this occurs by chance. */
const MIN_SKELETON = 8;

function setUp({ canaries }: DetectorSetup): Scanner {
  const planted = canaries.map(plant);
  return {
    scan({ plain, decoded }, at, sink) {
      findOverlap(plain, at, sink);
      const all = at.canaries === undefined || at.canaries.length === 0 ? planted : [...planted, ...at.canaries.map(plant)];
      if (all.length === 0) return;
      scanView(plain, all, sink);
      if (decoded !== undefined) scanView(decoded, all, sink);
    },
    late: ({ plain }, at, sink) => findOverlap(plain, at, sink),
    patterns: () => planted.flatMap(patternsOf),
  };
}

function plant(canary: Canary): Planted {
  const bones = skeleton(canary.value);
  return { canary, forms: formsOf(canary.value.normalize('NFKC')), skeleton: bones, reversed: bones.split('').toReversed().join('') };
}

function scanView(view: View, planted: readonly Planted[], sink: Sink): void {
  let bare: string | undefined;
  for (const { canary, forms, skeleton: bones, reversed } of planted) {
    let seen = false;
    for (const form of forms) {
      for (let at = view.text.indexOf(form.text); at >= 0; at = view.text.indexOf(form.text, at + form.text.length)) {
        sink.add(view, at, at + form.text.length, factsOf(canary, form.name, view.name));
        seen = true;
      }
    }
    if (seen || bones.length < MIN_SKELETON) continue;
    bare ??= bareText(view.units);
    for (const [text, name] of [
      [bones, 'spelled out'],
      [reversed, 'spelled out backwards'],
    ] as const) {
      const at = bare.indexOf(text);
      if (at < 0) continue;
      const span = spanOf(view.text, at, text.length);
      sink.add(view, span.start, span.end, factsOf(canary, name, view.name));
    }
  }
}

let letters = Buffer.alloc(1 << 14);

/** Letters and digits of a text in lower case. */
function bareText(units: Units): string {
  if (letters.length < units.length) letters = Buffer.alloc(units.length * 2);
  const lower = LOWER;
  const out = letters;
  let length = 0;
  for (let i = 0; i < units.length; i++) {
    const c = units[i] as number;
    const letter = c < 128 ? (lower[c] as number) : 0;
    // What is none is written over by the next.
    out[length] = letter;
    if (letter !== 0) length++;
  }
  return out.toString('latin1', 0, length);
}

/** Where the letters and digits from `at` on stand in the text. */
function spanOf(text: string, at: number, length: number): { start: number; end: number } {
  let start = 0;
  for (let i = 0, seen = 0; i < text.length; i++) {
    if (!isBare(text.charCodeAt(i))) continue;
    if (seen === at) start = i;
    if (++seen === at + length) return { start, end: i + 1 };
  }
  return { start, end: text.length };
}

function isBare(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 48 && c <= 57);
}

/** ASCII letters in lower case, and digits; 0 for anything else. */
const LOWER = Uint8Array.from({ length: 128 }, (_, c) => (isBare(c) ? (c < 65 ? c : c | 32) : 0));

function factsOf(canary: Canary, form: string, view: string): FindingFacts {
  const key = canary.kind === 'provider_key';
  return {
    rule: key ? 'prompt_leak.provider-key' : 'prompt_leak.canary',
    category: key ? 'secret' : 'prompt_leak',
    type: key ? 'PROVIDER_KEY' : 'CANARY',
    severity: key ? 'critical' : 'high',
    confidence: 1,
    evidence: `${canary.id}, ${form}${view === 'plain' ? '' : `, inside ${view}`}`,
    fix: key ? 'Revoke the key at the provider.' : 'Look at the conversation: someone made the model repeat its instructions.',
    taxonomy: key ? ['CWE-200', 'LLM02:2025'] : ['CWE-200', 'LLM07:2025'],
  };
}

/** Characters between the letters of a spelled-out string that the streaming machine follows. */
const SPELLED_GAP = '[ _.,*-]{0,2}';

/** The machine's patterns are bounded; a spelled-out form is followed for values up to this long. */
const MAX_SPELLED = 48;

function patternsOf({ canary, forms, skeleton: bones }: Planted): readonly StreamPattern[] {
  const patterns = forms.map(({ name, text }, index): StreamPattern => ({
    id: `prompt_leak.${canary.id}.${index}`,
    source: quote(text),
    ignoreCase: name === 'as it is',
    finding: () => factsOf(canary, name, 'plain'),
  }));
  if (bones.length < MIN_SKELETON || bones.length > MAX_SPELLED) return patterns;
  const spelled = bones.split('').map(quote).join(SPELLED_GAP);
  return [
    ...patterns,
    { id: `prompt_leak.${canary.id}.spelled`, source: spelled, ignoreCase: true, finding: () => factsOf(canary, 'spelled out', 'plain') },
  ];
}

function quote(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
