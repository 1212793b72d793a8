import type { CheckResult } from '../check/check.ts';
import type { FileResult } from './file.ts';

/** Counts what ran and keeps what must be named at the end. */
export type Tally = {
  check(result: CheckResult): void;
  file(result: FileResult): string;
  /** The closing lines; the last one is `N passed, N failed`. */
  closing(): string;
  readonly failed: number;
};

/** What a test says that this machine does not let it do (mount, trace): no service that could be installed, so it is named and nothing more. */
const NOT_PERMITTED = 'not permitted here: ';

/** `strict`: a test that is skipped because a service is missing is a failure (REQUIRE_SERVICES=1). */
export function createTally(strict: boolean): Tally {
  let passed = 0;
  let failed = 0;
  const skipped: string[] = [];
  const notPermitted: string[] = [];

  const addFile = ({ path, outcomes, ms }: FileResult): string => {
    const failures: string[] = [];
    for (const { name, result, detail } of outcomes) {
      if (result === 'passed') passed++;
      else if (result === 'skipped') (detail.startsWith(NOT_PERMITTED) ? notPermitted : skipped).push(`${path}: ${name}: ${detail}`);
      else failures.push(`  ${name}\n${detail.replace(/^/gm, '    ')}`);
    }
    failed += failures.length;
    const count = `${outcomes.length} ${outcomes.length === 1 ? 'test' : 'tests'}, ${ms} ms`;
    return failures.length === 0 ? `ok ${path} (${count})` : `not ok ${path} (${count})\n${failures.join('\n')}`;
  };

  return {
    check(result) {
      if (result.problems.length === 0) passed++;
      else failed++;
    },
    file: addFile,
    closing() {
      const lines = skipped.map((line) => `${strict ? 'failed because skipped' : 'skipped'}: ${line}`);
      const total = failed + (strict ? skipped.length : 0);
      return [...notPermitted.map((line) => `skipped: ${line}`), ...lines, `${passed} passed, ${total} failed`].join('\n');
    },
    get failed() {
      return failed + (strict ? skipped.length : 0);
    },
  };
}
