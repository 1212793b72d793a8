import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSources } from './check_store.ts';
import { grammarParser } from './grammar_store.ts';
import { grammarOf, scanCode, type Check, type CodeFinding } from './index.ts';

const EXTENSIONS = { python: 'py', javascript: 'js', go: 'go', rust: 'rs' } as const;
type Tongue = keyof typeof EXTENSIONS;

const { checks, models } = checkSources();

async function found(check: Check, path: string, text: string): Promise<readonly CodeFinding[]> {
  return (await scanCode([{ path, text }], { checks: [check], models, audit: true })).findings;
}

async function parses(path: string, text: string): Promise<boolean> {
  const grammar = grammarOf(path);
  assert.ok(grammar !== undefined);
  const tree = (await grammarParser(grammar)).parse(text);
  if (tree === undefined) return false;
  return !Array.from({ length: tree.count }, (_, node) => tree.kindName(node)).includes('ERROR');
}

for (const check of checks.filter(({ autofix }) => autofix !== undefined)) {
  for (const language of Object.keys(check.autofix ?? {}) as Tongue[]) {
    test(`${check.id} fixes ${language}: the rest stays, the text parses, the finding is gone`, async () => {
      const path = `case.${EXTENSIONS[language]}`;
      let fixed = 0;
      for (const text of check.cases[language]?.hits ?? []) {
        for (const { autofix, rule } of await found(check, path, text)) {
          if (autofix === undefined) continue;
          const after = text.slice(0, autofix.start) + autofix.text + text.slice(autofix.end);
          assert.ok(autofix.end - autofix.start < 200);
          assert.notEqual(after, text);
          assert.ok(await parses(path, after), `does not parse:\n${after}`);
          const again = await found(check, path, after);
          const before = await found(check, path, text);
          assert.ok(again.filter((one) => one.rule === rule).length < before.length, `still found:\n${after}`);
          fixed++;
        }
      }
      assert.ok(fixed > 0, 'no hit of the check is fixed');
    });
  }
}

test('what may be meant in two ways, or stands in a text or an inner call, is left alone', async () => {
  const tls = checks.find(({ id }) => id === 'tls-verification-off-web');
  assert.ok(tls !== undefined);
  for (const text of [
    'import requests\nrequests.get(make(verify=False), verify=False)\n',
    'import requests\nrequests.get("a?verify=False", verify=False)\n',
    'import requests\noff = False\nrequests.get(url, verify=off)\n',
  ]) {
    const [finding] = await found(tls, 'case.py', text);
    assert.ok(finding !== undefined, text);
    assert.equal(finding.autofix, undefined, text);
  }
});
