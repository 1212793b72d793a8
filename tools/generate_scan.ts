import { checkSources } from '../packages/sallyport/src/scan/code/check_store.ts';

const PATH = 'packages/sallyport/src/scan/code/checks.generated.json';

/** The checks and models of the code scanner in one file, without cases. Deterministic. */
export function generateScan(): readonly { readonly path: string; readonly text: string }[] {
  const { checks, models } = checkSources();
  const shipped = { checks: checks.map((check) => ({ ...check, cases: {} })), models };
  return [{ path: PATH, text: `${JSON.stringify(shipped, null, 1)}\n` }];
}
