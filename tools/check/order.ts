import { TOP } from '../top.ts';
import { runProgram } from './program.ts';

/** What dependency-cruiser found: the modules it read, and the forbidden edges. */
export type Cruise = { readonly modules: readonly string[]; readonly violations: readonly Violation[] };
export type Violation = { readonly rule: string; readonly from: string; readonly to: string };

type CruiseJson = {
  modules: { source: string }[];
  summary: { violations: { from: string; to: string; rule: { name: string } }[] };
};

/** Reads every import below `packages` of the tree at `top` and judges it by the rules in its `.dependency-cruiser.mjs`. */
export async function cruise(top: string = TOP): Promise<Cruise> {
  const ran = await runProgram('depcruise', ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'packages'], top);
  if (!ran.stdout.startsWith('{')) throw new Error(`dependency-cruiser: ${ran.output.slice(0, 2000)}`);
  const json = JSON.parse(ran.stdout) as CruiseJson;
  return {
    modules: json.modules.map((module) => module.source),
    violations: json.summary.violations.map(({ from, to, rule }) => ({ rule: rule.name, from, to })),
  };
}

/** Forbidden imports, and files that the cruise did not see: a cruise that sees nothing finds nothing wrong. */
export function orderProblems(found: Cruise, sources: readonly string[]): string[] {
  const seen = new Set(found.modules);
  const unseen = sources.filter((path) => !seen.has(path));
  return [
    ...found.violations.map(({ rule, from, to }) => `${rule}: ${from} -> ${to}`),
    ...unseen.map((path) => `not read by dependency-cruiser: ${path}`),
    ...(sources.length === 0 ? ['no source file was found'] : []),
  ];
}
