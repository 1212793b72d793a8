/** One static check: `run` answers the problems it found, none when all is well. */
export type Check = { readonly name: string; run(): Promise<readonly string[]> };

export type CheckResult = { readonly name: string; readonly problems: readonly string[]; readonly ms: number };

/** Runs the checks, `width` at a time, and hands each result over as it comes. A check that throws has found a problem. */
export async function runChecks(checks: readonly Check[], width: number, on: (result: CheckResult) => void): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const waiting = [...checks];
  const worker = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const result = await runCheck(check);
      results.push(result);
      on(result);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

async function runCheck(check: Check): Promise<CheckResult> {
  const start = performance.now();
  let problems: readonly string[];
  try {
    problems = await check.run();
  } catch (thrown) {
    problems = [`the check itself failed: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`];
  }
  return { name: check.name, problems, ms: Math.round(performance.now() - start) };
}

/** One line for a check that passed, its problems for one that did not. */
export function describeResult(result: CheckResult): string {
  if (result.problems.length === 0) return `ok ${result.name} (${result.ms} ms)`;
  return `not ok ${result.name} (${result.ms} ms)\n${result.problems.map((problem) => problem.replace(/^/gm, '  ')).join('\n')}`;
}
