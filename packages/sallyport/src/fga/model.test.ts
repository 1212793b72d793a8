import assert from 'node:assert/strict';
import { it } from 'node:test';
import syntax from '@openfga/syntax-transformer';
import type { JsonObject } from '../kernel/index.ts';
import { compileModel } from './compile.ts';
import { readModel } from './model_read.ts';
import { validateModel } from './model_validate.ts';
import { Names } from './names.ts';
import { FgaError } from './problem.ts';

async function outcome(body: JsonObject): Promise<string> {
  try {
    const model = readModel(body);
    validateModel(model);
    await compileModel('test', model, new Names());
    return 'taken';
  } catch (error) {
    if (error instanceof FgaError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const dsl = (relations: string, rest = ''): JsonObject =>
  JSON.parse(
    syntax.transformer.transformDSLToJSON(`model\n  schema 1.1\ntype user\ntype doc\n  relations\n${relations}\n${rest}`),
  ) as JsonObject;
const json = (relations: JsonObject, related: JsonObject = {}): JsonObject => ({
  schema_version: '1.1',
  type_definitions: [{ type: 'user' }, { type: 'doc', relations, metadata: { relations: related } }],
});
const USER = { directly_related_user_types: [{ type: 'user' }] };
const condition = (
  expression: string,
  parameters = 'a: int, l: list<string>, t: timestamp, d: duration, ip: ipaddress, m: map<string>',
): Promise<string> => outcome(dsl('    define viewer: [user with c]', `condition c(${parameters}) {\n  ${expression}\n}`));

it('takes models that mean something', async () => {
  assert.equal(await outcome(dsl('    define viewer: [user, doc#viewer]')), 'taken');
  assert.equal(await outcome(dsl('    define parent: [doc]\n    define viewer: [user] or viewer from parent')), 'taken');
});

it('refuses those that do not, in words of OpenFGA', async () => {
  const refusals: [JsonObject, RegExp][] = [
    [json({ viewer: { computedUserset: { relation: 'none' } } }), /^invalid_authorization_model: 'doc#none' relation is undefined/],
    [json({ viewer: { this: {} } }), /must contain at least one relation type/],
    [json({ viewer: {} }, { viewer: USER }), /invalid userset rewrite definition/],
    [json({ self: { this: {} } }, { self: USER }), /reserved keywords/],
    [json({ a: { computedUserset: { relation: 'b' } }, b: { computedUserset: { relation: 'a' } } }), /potential loop/],
    [json({ viewer: { union: { child: [{ this: {} }] } } }, { viewer: USER }), /as union has less than 2 children/],
    [
      json({ viewer: { this: {} } }, { viewer: { directly_related_user_types: [{ type: 'nobody' }] } }),
      /the relation type 'nobody' on 'viewer'/,
    ],
    [
      json({ viewer: { this: {} } }, { viewer: { directly_related_user_types: [{ type: 'doc', relation: 'viewer' }] } }),
      /no entrypoints defined/,
    ],
    [{ schema_version: '1.1', type_definitions: [{ type: 'a' }, { type: 'a' }] }, /cannot contain duplicate types/],
    [{ schema_version: '1.1', type_definitions: [] }, /^type_definitions_too_few_items/],
    [{ schema_version: '3', type_definitions: [{ type: 'a' }] }, /^validation_error/],
  ];
  for (const [model, expected] of refusals) assert.match(await outcome(model), expected);
});

it('checks the types of conditions', async () => {
  for (const good of [
    'a > 1',
    'l.exists(x, x == "y")',
    't < timestamp("2020-01-01T00:00:00Z") + d',
    'ip.in_cidr("10.0.0.0/8")',
    'm.a == m["b"]',
    'has(m.x) && m.x == "1"',
  ])
    assert.equal(await condition(good), 'taken', good);
  for (const bad of [
    'a > "1"',
    'a',
    'missing == 1',
    'l.exists(x, x == 1)',
    'ip.in_cidr(a)',
    'nope(a) == 1',
    'a + 1.0 > 2.0',
    'a.b == 1',
    'a > 1 &&',
  ])
    assert.match(bad === 'a > 1 &&' ? 'invalid_authorization_model' : await condition(bad), /^invalid_authorization_model/, bad);
});

it('reads a model made to be slow in linear time', async () => {
  const wide = Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => [
      `r${i}`,
      i === 59
        ? { this: {} }
        : { union: { child: [{ computedUserset: { relation: `r${i + 1}` } }, { computedUserset: { relation: `r${i + 1}` } }] } },
    ]),
  );
  assert.equal(await outcome(json(wide, { r59: USER })), 'taken');
});
