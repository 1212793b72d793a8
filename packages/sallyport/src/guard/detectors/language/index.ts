import type { Detector, Scanner } from '../../detector.ts';
import { languageOf } from '../../language.ts';
import { ownCases } from '../measured.ts';

/** A reply in another language than the question: a sign that something else than the user steers the model, or of a broken prompt. */
export const detector: Detector = {
  id: 'language',
  category: 'usage',
  points: { response: 'allow' },
  version: 1,
  describe: {
    finds: 'A reply in another language than the user wrote in last, by script and small words, for some thirty languages.',
    example: 'Question in German, answer in Russian.',
    passes: 'A short reply, code, or an answer in the language of the question.',
    measured: ownCases(2, 3),
  },
  stream: { form: 'whole' },
  setUp: () => SCANNER,
};

const SCANNER: Scanner = {
  scan({ raw }, at, sink) {
    const asked = at.request?.language;
    const answered = asked === undefined ? undefined : languageOf(raw);
    if (asked === undefined || answered === undefined || asked === answered) return;
    sink.addRaw(0, raw.length, {
      rule: 'language.mismatch',
      category: 'usage',
      type: 'LANGUAGE_MISMATCH',
      severity: 'info',
      confidence: 0.7,
      evidence: `asked in ${asked}, answered in ${answered}`,
    });
  },
};
