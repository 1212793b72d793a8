import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { runStoreFile } from './store_file.ts';
import { readStoreFile } from './store_file_commands.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-fga-'));
after(() => rmSync(folder, { recursive: true }));

function put(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, Object.keys(files)[0] ?? '');
}

const MODEL = `model
  schema 1.1
type user
type team
  relations
    define member: [user]
type document
  relations
    define viewer: [user, team#member, user with daytime]
condition daytime(hour: int) {
  hour > 8
}
`;

describe('store files of the command line of OpenFGA', () => {
  it('takes tuples from every form of file, and tests with their own', async () => {
    const path = put({
      'all.fga.yaml': `name: all
model_file: ./model.fga
tuples: [{ user: user:a, relation: viewer, object: document:1 }]
tuple_file: one.json
tuple_files: [two.yaml, three.jsonl, four.csv]
tests:
  - name: lists
    tuple_file: own.yml
    check:
      - users: [user:a, user:b, user:c, user:d, user:own]
        object: document:1
        assertions: { viewer: true }
      - user: user:e
        objects: [document:1]
        context: { hour: 9 }
        assertions: { viewer: true }
      - { user: user:e, object: document:1, context: { hour: 3 }, assertions: { viewer: false } }
    list_objects:
      - { user: user:a, type: document, assertions: { viewer: [document:1] } }
    list_users:
      - object: document:1
        user_filter: [{ type: team, relation: member }]
        context: { hour: 9 }
        assertions: { viewer: { users: [team:x#member] } }
  - name: without the tuples of the other
    check:
      - { user: user:own, object: document:1, assertions: { viewer: false } }
`,
      'model.fga': MODEL,
      'one.json': '[{"user": "user:b", "relation": "viewer", "object": "document:1"}]',
      'two.yaml': '- { user: user:c, relation: viewer, object: document:1 }',
      'three.jsonl':
        '{"user":"team:x#member","relation":"viewer","object":"document:1"}\n\n{"user":"user:d","relation":"member","object":"team:x"}\n',
      'four.csv':
        'user_type,user_id,user_relation,relation,object_type,object_id,condition_name,condition_context\nuser,e,,viewer,document,1,daytime,"{}"\n',
      'own.yml': '- { user: user:own, relation: viewer, object: document:1 }',
    });
    const results = await runStoreFile(await readStoreFile(path), Date.now);
    assert.equal(results.length, 10);
    assert.deepEqual(
      results.filter(({ ok }) => !ok),
      [],
    );
  });

  it('reads a modular model', async () => {
    const path = put({
      'parts/store.fga.yaml': `model_file: fga.mod
tests:
  - { name: one, tuples: [{ user: user:a, relation: member, object: team:x }], check: [{ user: user:a, object: team:x, assertions: { member: true } }] }
`,
      'parts/fga.mod': "schema: '1.2'\ncontents:\n  - core.fga\n  - teams/team.fga\n",
      'parts/core.fga': 'module core\ntype user\n',
      'parts/teams/team.fga': 'module teams\ntype team\n  relations\n    define member: [user]\n',
    });
    const results = await runStoreFile(await readStoreFile(path), Date.now);
    assert.deepEqual(
      results.map(({ ok }) => ok),
      [true],
    );
  });

  it('refuses what it cannot use, and reads nothing outside its folder', async () => {
    const refused: readonly [string, string, RegExp][] = [
      ['model_file: ../../etc/passwd\n', '', /outside/],
      ['model_file: fga.mod\n', "schema: '1.2'\ncontents:\n  - ../up.fga\n", /FGA_MODEL_INVALID|cannot be read|outside/],
      ['model: |\n  nothing\n', '', /line 1/],
      ['name: [\n', '', /cannot be used/],
      ['- a\n', '', /not a mapping/],
      ['name: x\n', '', /no model/],
      ['model_file: model.fga\ntuple_file: tuples.toml\n', '', /\.csv/],
      ['model_file: model.fga\ntuple_file: short.csv\n', '', /no column relation/],
      ['model_file: model.fga\ntuple_file: odd.csv\n', '', /no column colour/],
    ];
    put({ 'bad/model.fga': MODEL, 'bad/tuples.toml': 'a = 1', 'bad/short.csv': 'user_type,user_id\nuser,a', 'bad/odd.csv': 'colour\nred' });
    for (const [text, mod, why] of refused) {
      const path = put({ 'bad/store.fga.yaml': text, 'bad/fga.mod': mod });
      await assert.rejects(readStoreFile(path), (error: Error) => why.test(String(error)) || assert.fail(`${text}: ${error.message}`));
    }
  });
});
