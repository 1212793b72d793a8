import type { Detector, DetectorSettings, Scanner } from '../../detector.ts';
import { compileTerms } from '../../usage/terms.ts';
import { ownCases } from '../measured.ts';

/** Terms that an operator does not want to pass, in all their spellings. */
export const detector: Detector = {
  id: 'terms',
  category: 'usage',
  points: { prompt: 'deny', content: 'deny', tool_call: 'deny', tool_result: 'deny', response: 'deny' },
  version: 1,
  describe: {
    finds: 'Blocked terms of your configuration: any case, accents, look-alike letters, spaced out, with digits for letters, with endings.',
    example: 'pr0ject t!tans, with the term "project titan"',
    passes: 'the titanic project',
    measured: ownCases(16, 6),
  },
  stream: { form: 'whole' },
  setUp: ({ settings }) => scannerOf(settings.terms),
};

/** A variant may be another word by chance. */
const VARIANT = 0.85;

function scannerOf(lists: DetectorSettings['terms']): Scanner {
  const compiled = compileTerms(lists);
  return {
    scan({ plain, decoded }, _at, sink) {
      if (lists.length === 0) return;
      for (const view of decoded === undefined ? [plain] : [plain, decoded]) {
        for (const { list, start, end, exact } of compiled.find(view.text)) {
          if (view !== plain && !view.changed(start, end)) continue;
          const { id = '', severity = 'medium' } = lists[list] ?? {};
          sink.add(view, start, end, {
            rule: `terms.${id}`,
            category: 'usage',
            type: 'BLOCKED_TERM',
            severity,
            confidence: exact ? 1 : VARIANT,
            evidence: `a term of the list ${id}${exact ? '' : ', in a variant'}${view === plain ? '' : `, ${view.name}`}`,
          });
        }
      }
    },
  };
}
