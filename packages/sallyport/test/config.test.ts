import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { readConfig } from '../src/app/config.ts';
import { ask } from './kit/http.ts';
import { runCli, startSallyport, type Running } from './kit/sallyport.ts';

// A wrong configuration: everything at once, with the lines, exit 2; and a running gate keeps what it has.

const SOURCES = {
  env: { GOOD_KEY: 'sk-good-1234567890' },
  readFile(path: string): string {
    if (path === '/ok.pem') return '-----BEGIN CERTIFICATE-----';
    if (path === '/no.pem') return 'nonsense';
    throw new Error('ENOENT');
  },
};

/** The problems of a text as `line pointer`. */
function problemsOf(text: string): string[] {
  const loaded = readConfig(text, SOURCES);
  return loaded.ok ? [] : loaded.problems.map(({ line, pointer }) => `${line} ${pointer}`);
}

const EVERYTHING_WRONG = `providers:
  - name: one
    kind: opnai
    baseUrl: https://api.example.com/v1
    models: ["m-*"]
  - name: two
    kind: openai
    baseUrl: https://user:secret@api.example.com/v1
    apiKey: "\${env:NOT_SET}"
    models: ["m-*"]
  - name: two
    kind: openai
    baseUrl: https://api.example.com/v1
    apiKey: "sk-written-in-plain-text"
    models: []
rules:
  - id: mistyped
    on: [prompt]
    when: findings.exists(f, f.categry == 'secret')
    then: deny
    why: A field that does not exist.
    tests: [{ given: { findings: [{ category: secret }] }, expect: deny }]
  - id: untested
    on: [prompt]
    when: findings.size() > 0
    then: deny
    why: Nothing shows that it works.
  - id: no-form
    on: [nowhere]
    then: explode
  - id: fails-its-test
    on: [prompt]
    when: findings.exists(f, f.category == 'secret')
    then: deny
    why: Its test says something else.
    tests: [{ given: { findings: [{ category: personal_data }] }, expect: deny }]
gateway:
  bodyBytes: lots
  streem: adaptive
guards:
  off: [personnal]
  types: [EMAIL]
  patterns:
    - { id: broken, pattern: "(", category: secret, type: X_Y }
    - { id: broken, pattern: "a", category: secret, type: X_Y }
listen: { gateway: "127.0.0.1:99999", trustedProxies: [10.0.0.1, 0.0.0.0/0] }
tls: { cert: /no.pem, key: /missing.pem }
store: { url: "\${env:NO_STORE}" }
contnet: none
`;

test('form and meaning: every problem at once, each at its line', () => {
  assert.deepEqual(problemsOf(EVERYTHING_WRONG), [
    '3 /providers/0/kind',
    '8 /providers/1/baseUrl',
    '9 /providers/1/apiKey',
    '14 /providers/2/apiKey',
    '15 /providers/2/models',
    '19 /rules/0/when',
    '23 /rules/1',
    '28 /rules/2',
    '29 /rules/2/on/0',
    '30 /rules/2/then',
    '36 /rules/3/tests/0',
    '38 /gateway/bodyBytes',
    '39 /gateway/streem',
    '41 /guards/off/0',
    '42 /guards/types/0',
    '44 /guards/patterns/0/pattern',
    '45 /guards/patterns/1/id',
    '46 /listen/gateway',
    '46 /listen/trustedProxies/1',
    '47 /tls/cert',
    '47 /tls/key',
    '48 /store/url',
    '49 /contnet',
  ]);
});

test('what is no YAML, or not the YAML that is read, is refused with its line', () => {
  const cases: [string, number][] = [
    ['providers: [', 1],
    ['a: 1\nproviders: []\nproviders: []', 3],
    ['content: none\n\tgateway: {}', 2],
    ['content: !!js/function "x"', 1],
    ['- just\n- a list', 1],
    ['just text', 1],
    ['content: &a [*a]', 1],
    [`${'a: {'.repeat(100)}${'}'.repeat(100)}`, 1],
    ['--- {}\n--- {}', 2],
  ];
  for (const [text, line] of cases) {
    const loaded = readConfig(text, SOURCES);
    assert.ok(!loaded.ok, text);
    assert.equal(loaded.problems[0]?.line, line, `${text}: ${JSON.stringify(loaded.problems)}`);
  }
});

test('a right configuration, an empty one and one of comments are taken', () => {
  for (const text of [
    '',
    '# nothing yet\n',
    'providers: [{ name: a, kind: openai, baseUrl: "http://127.0.0.1:1/v1", apiKey: "${env:GOOD_KEY}", models: ["*"] }]\n',
    'tls: { cert: /ok.pem, key: /ok.pem }\n',
  ])
    assert.deepEqual(problemsOf(text), [], text);
});

test('sallyport up: exit 2, every line named, no secret shown, nothing started', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-config-'));
  try {
    const file = join(dir, 'wrong.yaml');
    writeFileSync(file, EVERYTHING_WRONG);
    const ready = join(dir, 'ready.json');
    const ended = await runCli([
      'up',
      '--config',
      file,
      '--data',
      join(dir, 'data'),
      '--gateway-port',
      '0',
      '--console-port',
      '0',
      '--ready-file',
      ready,
    ]);
    assert.equal(ended.code, 2, ended.stderr);
    const said = ended.stderr + ended.stdout;
    for (const line of [3, 8, 9, 14, 15, 19, 23, 29, 30, 36, 38, 39, 41, 42, 44, 45, 46, 47, 48, 49])
      assert.match(said, new RegExp(`wrong\\.yaml:${line}:\\d+ `), `line ${line} of:\n${said}`);
    assert.match(said, /did you mean category\?/);
    assert.match(said, /did you mean personal\?/);
    assert.ok(!said.includes('sk-written-in-plain-text') && !said.includes('user:secret') && !said.includes('    at '), said);
    const missing = await runCli(['up', '--config', join(dir, 'none.yaml'), '--data', join(dir, 'data')]);
    assert.equal(missing.code, 2, missing.stderr);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

// ---- a running gate ----

const RULE = (id: string, word: string): string => `rules:
  - id: ${id}
    on: [prompt]
    when: part.size > 0 && findings.exists(f, f.category == 'secret' && f.type == '${word}')
    then: deny
    why: A rule of this test.
    tests: [{ given: { part: { size: 5 }, findings: [{ category: secret, type: ${word} }] }, expect: deny }]
guards:
  patterns: [{ id: word, pattern: "${word.toLowerCase()}-[0-9]+", category: secret, type: ${word} }]
`;

let gate: Running;
let key: string;

before(async () => {
  gate = await startSallyport({ config: RULE('first', 'APPLE') });
  key = await gate.key();
});
after(async () => {
  await gate?.remove();
});

async function ruleFor(content: string): Promise<string> {
  const answer = await ask(gate.gateway, {
    path: '/v1/chat/completions',
    body: JSON.stringify({ model: 'practice/assistant', messages: [{ role: 'user', content }] }),
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
  });
  return answer.status === 200 ? 'allowed' : String(answer.json?.sallyport?.rule ?? answer.status);
}

/** Waits for a line of the log after `from` characters of output. */
async function logged(from: number, pattern: RegExp): Promise<string> {
  const until = Date.now() + 15_000;
  for (;;) {
    const line = gate
      .output()
      .slice(from)
      .split('\n')
      .find((one) => pattern.test(one));
    if (line !== undefined) return line;
    if (Date.now() > until) throw new Error(`no line ${String(pattern)} in:\n${gate.output().slice(from)}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

test('hot reload: a wrong configuration changes nothing and is said with its lines; a right one is taken', async () => {
  assert.equal(await ruleFor('an apple-17 here'), 'first');

  const wrong = [
    RULE('second', 'BANANA').replace('f.category', 'f.categry'),
    RULE('second', 'BANANA').replace('expect: deny', 'expect: allow'),
    RULE('second', 'BANANA').replace('banana-[0-9]+', '('),
    `${RULE('second', 'BANANA')}unknown: 1\n`,
    'rules: [',
    '',
    'rules: "none"\n',
  ];
  for (const text of wrong) {
    const from = gate.output().length;
    writeFileSync(gate.config, text);
    const line = JSON.parse(await logged(from, /configuration not reloaded; the old one stays/)) as { level: string; problem: string };
    assert.equal(line.level, 'error');
    assert.match(line.problem, /^sallyport\.yaml:\d+:\d+ /, text);
    assert.equal(await ruleFor('an apple-17 here'), 'first', text);
    assert.equal(await ruleFor('a banana-17 here'), 'allowed', text);
  }

  let from = gate.output().length;
  rmSync(gate.config);
  await logged(from, /configuration not reloaded; the old one stays/);
  assert.equal(await ruleFor('an apple-17 here'), 'first', 'a file that is gone takes no rules away');

  from = gate.output().length;
  writeFileSync(gate.config, RULE('second', 'BANANA'));
  await logged(from, /"configuration reloaded"/);
  assert.equal(await ruleFor('a banana-17 here'), 'second');
  assert.equal(await ruleFor('an apple-17 here'), 'allowed');

  // As editors write: a new file in the place of the old one.
  from = gate.output().length;
  writeFileSync(`${gate.config}.new`, `${RULE('third', 'CHERRY')}content: none\n`);
  renameSync(`${gate.config}.new`, gate.config);
  await logged(from, /"configuration reloaded"/);
  // A second notice of the write before may have been what was logged.
  const until = Date.now() + 5_000;
  while ((await ruleFor('a cherry-17 here')) !== 'third' && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(await ruleFor('a cherry-17 here'), 'third');
  const restart = JSON.parse(await logged(from, /configuration needs a restart/)) as { parts: string };
  assert.equal(restart.parts, 'content');
});

test('after a restart the file in place is in force; a wrong one keeps the gate from starting', async () => {
  assert.equal(await gate.stop(), 0);
  writeFileSync(gate.config, 'rules: [{ id: x }]\n');
  await assert.rejects(startSallyport({ dir: gate.dir }), /sallyport\.yaml:1:\d+/);
});
