import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { checkStatement, decodeValue, encodeParam } from './statement.ts';

const TEXT_ARRAY = 1009;
const INT8 = 20;

it('a text array comes back as it went, whatever is in it', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.string({ unit: 'binary' }), { nil: null })), (values) => {
      assert.deepEqual(decodeValue(TEXT_ARRAY, String(encodeParam(values))), values);
    }),
  );
});

it('an integer is a number exactly when a double holds it', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const decoded = decodeValue(INT8, String(encodeParam(value)));
      assert.equal(typeof decoded, Number.isSafeInteger(Number(value)) ? 'number' : 'string');
      assert.equal(BigInt(decoded as number | string), value);
    }),
  );
  assert.equal(decodeValue(INT8, '9007199254740993'), '9007199254740993');
});

it('takes no function, symbol or array of objects for a value', () => {
  for (const value of [() => 1, Symbol('x'), [{ a: 1 }]]) assert.throws(() => encodeParam(value), { code: 'STORE_STATEMENT_REFUSED' });
});

it('takes statements by their first word, and no other', () => {
  for (const text of ['select 1', '  SELECT 1', 'with a as (select 1) table a', '\n insert into x values (1)']) checkStatement(text, 'app');
  for (const text of [
    '',
    'selectx',
    'set role none',
    '(select 1)',
    ';select 1',
    '/**/select 1',
    'declare c cursor for select 1',
    'vacuum',
  ]) {
    assert.throws(() => checkStatement(text, 'app'), { code: 'STORE_STATEMENT_REFUSED' }, text);
  }
  checkStatement('declare c cursor for select 1', 'system');
  assert.throws(() => checkStatement("select SET_config('role', 'none', true)", 'system'), { code: 'STORE_STATEMENT_REFUSED' });
});
