import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanCode, type Check } from './index.ts';
import { checkSources } from './check_store.ts';

const EXTENSIONS = { python: 'py', javascript: 'js', go: 'go', rust: 'rs' } as const;

/** Whether a check finds a text, each text scanned on its own. */
async function finds(check: Check, language: keyof typeof EXTENSIONS, text: string): Promise<boolean> {
  const { findings } = await scanCode([{ path: `case.${EXTENSIONS[language]}`, text }], {
    checks: [check],
    models,
    audit: check.tier === 'audit',
  });
  return findings.some(({ rule }) => rule === `code.${check.id}`);
}

const { checks, models } = checkSources();

for (const check of checks) {
  const { id, cases } = check;
  test(`${id} finds its hits and leaves its near-misses`, async () => {
    for (const [language, { hits, misses }] of Object.entries(cases) as [keyof typeof EXTENSIONS, { hits: string[]; misses: string[] }][]) {
      for (const text of hits) assert.ok(await finds(check, language, text), `${id} does not find in ${language}:\n${text}`);
      for (const text of misses) assert.ok(!(await finds(check, language, text)), `${id} finds a near-miss in ${language}:\n${text}`);
    }
  });
}
