import { RE2JS } from 're2js';
import { reasonOf } from '../../../kernel/index.ts';
import type { CustomPattern, Detector, Scanner } from '../../detector.ts';
import { fail } from '../../errors.ts';
import { ownCases } from '../measured.ts';
import { passes } from '../identifiers/checks.ts';
import { isNear, wordsPattern } from '../identifiers/context.ts';

/** The operator's own patterns. They run in a linear-time engine (RE2), so that no pattern can stop the gate. */
export const detector: Detector = {
  id: 'custom',
  category: 'personal_data',
  points: { prompt: 'deny', content: 'deny', tool_call: 'deny', tool_result: 'deny', response: 'deny' },
  version: 2,
  describe: {
    finds: 'What the patterns of your configuration match, with a check digit and words beside it where you ask for them.',
    example: 'EMP-004211, with the pattern \\bEMP-\\d{6}\\b',
    passes: 'EMP-42',
    measured: ownCases(1, 1),
  },
  stream: { form: 'whole' },
  setUp: ({ settings }) => scannerOf(settings.patterns),
};

type Compiled = CustomPattern & { readonly engine: RE2JS; readonly words: RegExp | undefined };

/** @throws AppError GUARD_PATTERN_INVALID naming the pattern. */
function engineOf({ id, pattern }: CustomPattern): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw fail('GUARD_PATTERN_INVALID', { say: `${id}: ${reasonOf(error)}`, cause: error });
  }
}

function scannerOf(patterns: readonly CustomPattern[]): Scanner {
  const compiled: readonly Compiled[] = patterns.map((pattern) => ({
    ...pattern,
    engine: engineOf(pattern),
    words: pattern.context === undefined ? undefined : wordsPattern(pattern.context),
  }));
  return {
    scan({ plain, decoded }, _at, sink) {
      for (const view of decoded === undefined ? [plain] : [plain, decoded]) {
        for (const { id, category, type, severity, checksum, words, engine } of compiled) {
          const matcher = engine.matcher(view.text);
          while (matcher.find()) {
            const start = matcher.start();
            const end = matcher.end();
            if (end === start || (view !== plain && !view.changed(start, end))) continue;
            if (checksum !== undefined && !passes(checksum, view.text.slice(start, end))) continue;
            if (words !== undefined && !isNear(words, view.text, start, end)) continue;
            sink.add(view, start, end, {
              rule: `custom.${id}`,
              category,
              type,
              severity: severity ?? 'medium',
              confidence: 0.9,
              evidence: 'pattern of the configuration',
            });
          }
        }
      }
    },
  };
}
