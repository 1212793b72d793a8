import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { judgeReach, type Leg } from './index.ts';

const tool = (name: string, annotations = {}, description = '') => ({
  server: 'one',
  definition: { name, description, inputSchema: {}, annotations },
});
const legs = (...names: readonly string[]): Record<string, readonly Leg[]> =>
  Object.fromEntries(judgeReach(names.map((name) => tool(name))).tools.map((judged) => [judged.name, judged.legs]));

suite('reach of a set of tools', () => {
  test('what each tool adds', () => {
    assert.deepEqual(
      legs('read_email', 'fetch_url', 'send_message', 'delete_file', 'get_weather', 'query_database', 'run_command', 'create_issue'),
      {
        read_email: ['private', 'untrusted'],
        fetch_url: ['untrusted', 'outside'],
        send_message: ['outside'],
        delete_file: ['destructive'],
        get_weather: [],
        query_database: ['private'],
        run_command: ['private', 'untrusted', 'outside', 'destructive'],
        create_issue: [],
      },
    );
  });

  test('all three legs are told with their tools, two are not', () => {
    const reach = judgeReach(['read_file', 'get_issue', 'send_message'].map((name) => tool(name)));
    assert.deepEqual(
      reach.combinations.map(({ kind }) => kind),
      ['exfiltration'],
    );
    assert.deepEqual(reach.combinations[0]?.by.outside, ['one/send_message']);
    assert.deepEqual(judgeReach([tool('query_database'), tool('send_message')]).combinations, []);
    assert.deepEqual(judgeReach([tool('fetch_url'), tool('get_weather')]).combinations, []);
    assert.deepEqual(
      judgeReach([tool('get_issue'), tool('delete_branch')]).combinations.map(({ kind }) => kind),
      ['sabotage'],
    );
  });

  test('the operator decides, annotations only make stricter', () => {
    const set = [tool('query_database'), tool('get_issue'), tool('create_issue', { openWorldHint: true })];
    assert.equal(judgeReach(set).combinations.length, 1);
    assert.equal(judgeReach(set, { query_database: { secrecy: 'public' }, get_issue: { output: 'trusted' } }).combinations.length, 0);
    assert.equal(judgeReach([tool('send_message', { readOnlyHint: true }), tool('get_issue'), tool('read_file')]).combinations.length, 1);
  });
});
