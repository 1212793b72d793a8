import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { token, tree } from '../../../test/kit/scan.ts';
import { scannerTools } from './tools.ts';

const secret = token('aB1');
const top = tree({
  'project/a.py': `key = "${secret}"\n`,
  'project/.mcp.json': '{"mcpServers": {"a": {"command": "npx", "args": ["s"]}}}',
  'outside.py': `key = "${secret}"\n`,
});
symlinkSync('..', join(top, 'project', 'up'));

const main = fileURLToPath(new URL('../../app/main.ts', import.meta.url));
const client = new Client({ name: 'test', version: '1.0.0' });
const transport = new StdioClientTransport({
  command: process.execPath,
  args: [main, 'mcp', 'serve-scanner'],
  cwd: join(top, 'project'),
  stderr: 'ignore',
});
await client.connect(transport);
after(() => client.close());

type Answer = { total?: number; findings?: { rule: string; line: number; path: string }[]; title?: string; ran?: string[] };
async function call(name: string, given: Record<string, unknown>): Promise<{ refused: boolean; text: string; answer: Answer }> {
  const result = await client.callTool({ name, arguments: given });
  const text = (result.content as { text: string }[]).map((part) => part.text).join('');
  return { refused: result.isError === true, text, answer: result.structuredContent ?? {} };
}

suite('sallyport mcp serve-scanner, through the client of the protocol', () => {
  test('lists its tools, all of them read-only', async () => {
    const { tools } = await client.listTools();
    assert.deepEqual(tools.map(({ name }) => name).sort(), ['check_package', 'explain_finding', 'scan_code', 'scan_path']);
    for (const { annotations, inputSchema } of tools) {
      assert.equal(annotations?.readOnlyHint, true);
      assert.equal(inputSchema['additionalProperties'], false);
    }
  });

  test('scan_code finds a credential and does not repeat it', async () => {
    const { answer, text } = await call('scan_code', { code: `import os\nkey = "${secret}"\n`, path: 'src/app.py' });
    assert.deepEqual(
      answer.findings?.map(({ rule, line, path }) => [rule, line, path]),
      [['secrets.github-token', 2, 'src/app.py']],
    );
    assert.ok(!text.includes(secret));
  });

  test('scan_path reads the project and nothing else', async () => {
    const { answer } = await call('scan_path', {});
    assert.deepEqual(answer.findings?.map(({ path }) => path).sort(), ['.mcp.json', 'a.py']);
    assert.equal((await call('scan_path', { path: 'a.py' })).answer.total, 1);
    for (const path of ['..', '../outside.py', 'up/outside.py', '/etc/passwd', 'nowhere', 'a\0b'])
      assert.ok((await call('scan_path', { path })).refused, path);
  });

  test('explain_finding knows rules and families', async () => {
    assert.match((await call('explain_finding', { rule: 'agents.unpinned-server' })).answer.title ?? '', /version/);
    assert.match((await call('explain_finding', { rule: 'secrets.openai-key' })).answer.title ?? '', /Credential/);
    assert.ok((await call('explain_finding', { rule: 'no.such-rule' })).refused);
  });

  test('what does not fit the schema is refused', async () => {
    for (const given of [{}, { code: 1, path: 'a' }, { code: 'x', path: 'a', more: true }])
      assert.ok(
        await call('scan_code', given).then(
          ({ refused }) => refused,
          () => true,
        ),
      );
  });
});

test('check_package says what is in doubt, with the engine that is given', async () => {
  const tools = scannerTools({
    root: top,
    code: undefined,
    judge: (_ecosystem, name) => (name === 'reqeusts' ? { verdict: 'near_twin', like: 'requests' } : { verdict: 'known' }),
  });
  const check = tools.find(({ name }) => name === 'check_package')!;
  const found = await check.run({ ecosystem: 'pypi', name: 'reqeusts' });
  assert.equal(found.ok && found.value['rule'], 'packages.near-twin');
  assert.deepEqual(await check.run({ ecosystem: 'pypi', name: 'requests' }), { ok: true, value: { verdict: 'known' } });
  assert.ok('refused' in (await check.run({ ecosystem: 'maven', name: 'x' })));
});
