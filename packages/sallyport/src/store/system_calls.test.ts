import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join, relative } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';

const SRC = fileURLToPath(new URL('..', import.meta.url));
/** A call of `system` and its first argument, which is a constant text: the reason. */
const CALL = /\.system\(\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")?/g;

/** Every call that passes row-level security: file and reason, in order. */
function systemCalls(): string[] {
  const files = fs
    .readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !/(?:^|\/)test\//.test(name))
    .sort();
  return files.flatMap((name) =>
    [...fs.readFileSync(join(SRC, name), 'utf8').matchAll(CALL)].map(
      (match) => `${relative('.', name)}: ${match[1]?.slice(1, -1) ?? 'NO REASON'}`,
    ),
  );
}

// A new line in this list is a new way past the tenants: look at it, then `node --test --test-update-snapshots` this file.
it('who sees all tenants, and why', (context) => {
  const calls = systemCalls();
  assert.deepEqual(
    calls.filter((call) => call.endsWith('NO REASON')),
    [],
  );
  context.assert.snapshot(calls.join('\n'), { serializers: [String] });
});
