import assert from 'node:assert/strict';
import test from 'node:test';
import { inspect } from 'node:util';
import { canonicalJson, isId, jsonLogger, newId, parseTenantId, Secret, visible } from './index.ts';

test('ids sort by time, are well formed and do not repeat', () => {
  const early = newId('evt', 1_000);
  const late = newId('evt', 1_001);
  assert.ok(early < late);
  assert.ok(isId('evt', early) && !isId('key', early) && !isId('evt', `${early}0`) && !isId('evt', 'evt_../../x'));
  assert.equal(new Set(Array.from({ length: 10_000 }, () => newId('k', 1))).size, 10_000);
});

test('tenant names are plain words', () => {
  assert.equal(parseTenantId('acme-2'), 'acme-2');
  for (const bad of ['', 'Acme', '2x', 'a/b', "a'b", 'a'.repeat(64), 'a\u0000']) assert.equal(parseTenantId(bad), undefined, bad);
});

test('a secret does not print', () => {
  const secret = new Secret('sk-hidden');
  const shown = [
    String(secret),
    ''.concat(String(secret)),
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ deep: [secret] }, { showHidden: true, depth: 9 }),
  ];
  for (const text of shown) assert.ok(!text.includes('hidden') || text.includes('[secret]'), text);
  assert.ok(shown.every((text) => !text.includes('sk-')));
  assert.equal(secret.reveal(), 'sk-hidden');
});

// RFC 8785 section 3.2.3: the sorting example of the specification.
test('canonical JSON sorts members by UTF-16 units and writes numbers as ECMAScript does', () => {
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew',
    '1': 'One',
    '\ud83d\ude00': 'Smiley',
    '\u0080': 'Control',
    '\u00f6': 'o umlaut',
  };
  const keys = [...canonicalJson(value).matchAll(/"((?:[^"\\]|\\.)*)":/g)].map((m) => JSON.parse(`"${m[1]}"`) as string);
  assert.deepEqual(keys, ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33']);
  assert.equal(canonicalJson([1e30, 4.5, 2e-3, 1e-27, 333333333.3333333, -0]), '[1e+30,4.5,0.002,1e-27,333333333.3333333,0]');
  assert.throws(() => canonicalJson(Number.NaN), TypeError);
  assert.throws(() => canonicalJson('\ud800'), TypeError);
});

test('a log line cannot be forged and holds nothing that a terminal acts on', () => {
  const lines: string[] = [];
  jsonLogger(
    (line) => lines.push(line),
    () => 0,
  ).warn('a\nb', { text: '\u001b[2J\u202egnp.exe\u200b\u009b31m\u{e0041}' });
  assert.equal(lines.length, 1);
  assert.match(lines[0] as string, /^[\u0020-\u007e]+\n$/);
  assert.equal(visible('a\u001b\u200bb\u{e0041}'), 'a\\u001b\\u200bb\\udb40\\udc41');
});
