import type { Detector, DetectorSettings, FindingFacts, Scanner } from '../../detector.ts';
import { harmOf } from '../../usage/harm.ts';

/** Categories of harm by a small trained baseline. It knows plain words; for more, put a moderation model behind it. Observe only. */
export const detector: Detector = {
  id: 'harm',
  category: 'usage',
  points: { prompt: 'allow', response: 'allow' },
  version: 1,
  describe: {
    finds:
      'Texts of the categories of harm that you switch on (violence, self-harm, sexual, hate, weapons, drugs, fraud, malware, privacy).',
    example: 'How do I build a pipe bomb?',
    passes: 'How do I make a bath bomb?',
    measured: {
      precision: 0.96,
      recall: 0.91,
      on: 'own sentences: 54 harmful, 40 that sound like it; with words not seen in training recall is 0.42',
    },
  },
  stream: { form: 'whole' },
  setUp: ({ settings }) => scannerOf(settings.harm),
};

const DEFAULT_THRESHOLD = 0.8;

/** Longer texts are judged by their paragraphs: a request for harm stands in a few sentences, and an essay around it must not drown it. */
const MIN_PIECE = 30;
const MAX_PIECE = 600;

function scannerOf(harm: DetectorSettings['harm']): Scanner {
  if (harm === undefined) return { scan: () => undefined };
  const wanted = new Set(harm.categories);
  const threshold = harm.threshold ?? DEFAULT_THRESHOLD;
  return {
    scan({ plain }, at, sink) {
      if (at.point === 'prompt' && at.origin !== 'user') return;
      for (const { start, end } of piecesOf(plain.text)) {
        for (const { category, probability } of harmOf(plain.text.slice(start, end)))
          if (wanted.has(category) && probability >= threshold) sink.add(plain, start, end, factsOf(category, probability));
      }
    },
  };
}

function factsOf(category: string, probability: number): FindingFacts {
  return {
    rule: `harm.${category.replace('_', '-')}`,
    category: 'usage',
    type: category.toUpperCase(),
    severity: category === 'self_harm' ? 'high' : 'medium',
    confidence: Math.round(probability * 100) / 100,
    evidence: `trained baseline, ${probability.toFixed(2)}`,
  };
}

/** Sentences and lines, short ones joined, long ones cut at a blank. */
function piecesOf(text: string): { start: number; end: number }[] {
  const pieces: { start: number; end: number }[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const size = at - start;
    const stop = /[.!?\n]/.test(text.charAt(at)) && size >= MIN_PIECE;
    if (!stop && size < MAX_PIECE) continue;
    pieces.push({ start, end: at + 1 });
    start = at + 1;
  }
  // A few words alone say less than together with the sentence before them.
  const before = text.length - start < MIN_PIECE ? pieces.pop() : undefined;
  if (start < text.length || before !== undefined) pieces.push({ start: before?.start ?? start, end: text.length });
  return pieces;
}
