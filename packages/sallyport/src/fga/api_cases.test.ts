import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { isObject, type Json } from '../kernel/index.ts';
import { listenFga, memoryFga, type ListeningFga } from '../../test/kit/fga.ts';
import { ANNA } from '../../test/kit/stores.ts';

// What OpenFGA answers to requests that are wrong, and to some that are only just right: from its published API definition (openfga/api, rules of
// protoc-gen-validate), its catalogue of errors and what its server does. One request a line; `{{x*3}}` in a text is xxx, `{$many: n, of}` in a list
// and `{$entries: n, name, of}` are n of them, with their number for `{{i}}`.
type ApiCase = {
  readonly group: string;
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body?: Json;
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
};
const lines = readFileSync(new URL('../../test/kit/fga_api_cases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const cases = Map.groupBy(
  lines.map((line) => written(JSON.parse(line) as Json) as ApiCase),
  ({ group }) => group,
);

const MODEL = `model
  schema 1.1
type user
type group
  relations
    define member: [user, user:*, group#member]
type folder
  relations
    define viewer: [user]
type document
  relations
    define parent: [folder]
    define owner: [user]
    define editor: [user with fits] or owner
    define viewer: [user, user:*, group#member, user with fits] or editor or viewer from parent
    define blocked: [user]
    define allowed: viewer but not blocked
condition fits(number: int, at: timestamp, span: duration, from: ipaddress, big: uint, ratio: double, on: bool, words: list<string>, marks: map<int>, free: map<string>) {
  number < 10
}`;

function written(value: Json, i?: number): Json {
  if (typeof value === 'string')
    return value
      .replaceAll(/\{\{(.)\*(\d+)\}\}/gu, (_, letter: string, times: string) => letter.repeat(Number(times)))
      .replaceAll('{{i}}', i === undefined ? '{{i}}' : String(i));
  if (Array.isArray(value))
    return value.flatMap((item) => (isObject(item) && '$many' in item ? repeated(item['$many'], item['of']) : [written(item, i)]));
  if (!isObject(value)) return value;
  if ('$entries' in value) {
    const names = repeated(value['$entries'], value['name']) as string[];
    const items = repeated(value['$entries'], value['of']);
    return Object.fromEntries(names.map((name, n) => [name, items[n] ?? null]));
  }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [written(name, i) as string, written(item, i)]));
}

function repeated(times: Json | undefined, of: Json | undefined): Json[] {
  return Array.from({ length: Number(times) }, (_, n) => written(of ?? null, n));
}

describe('what OpenFGA answers to what is wrong', () => {
  for (const [group, own] of cases)
    describe(group, () => {
      let server: ListeningFga;
      let store = '';
      before(async () => {
        const { fga, place } = await memoryFga(MODEL);
        server = await listenFga(fga, ANNA);
        store = place.store;
      });
      after(() => server.close());
      for (const { name, method, path, body, status, code, message } of own)
        it(name, async () => {
          const sent = body === undefined ? {} : { body: JSON.stringify(body) };
          const reply = await fetch(`${server.url}${path.replace('{store}', store)}`, { method, ...sent });
          const text = await reply.text();
          const json = (text === '' ? {} : JSON.parse(text)) as { code?: string; message?: string };
          const got = { status: reply.status, ...(code === undefined ? {} : { code: json.code }) };
          const wanted = { status, ...(code === undefined ? {} : { code }), ...(message === undefined ? {} : { message }) };
          assert.deepEqual({ ...got, ...(message === undefined ? {} : { message: json.message }) }, wanted, text.slice(0, 300));
        });
    });
});
