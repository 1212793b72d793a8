import type { Detector, Scanner } from '../../detector.ts';

// Copy this folder to detectors/<name>/, give it the folder's name as id, run `npm run generate`, and put hits and near misses into cases.ts.

/** One sentence: what it finds and why that matters. */
export const detector: Detector = {
  id: 'template',
  category: 'usage',
  points: { prompt: 'deny' },
  version: 1,
  describe: { finds: 'The word that this template looks for.', example: 'xyzzy-template', passes: 'xyzzy' },
  stream: { form: 'whole' },
  setUp: () => SCANNER,
};

const SCANNER: Scanner = {
  scan({ plain }, _at, sink) {
    const word = 'xyzzy-template';
    for (let at = plain.text.indexOf(word); at >= 0; at = plain.text.indexOf(word, at + 1)) {
      sink.add(plain, at, at + word.length, {
        rule: 'template.word',
        category: 'usage',
        type: 'WORD',
        severity: 'info',
        confidence: 1,
        evidence: 'the word itself',
      });
    }
  },
};
