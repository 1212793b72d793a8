import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stripperFor } from './strip.ts';

const TOKEN = 'gho_A7b-9Zx.Q~k2/Lm+Pq=81_TuVwXyZ';
const latin = (text: string): string => Buffer.from(text).toString('latin1');
const percent = (text: string): string => Array.from(text, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');
const folded = (text: string, width: number, by: string): string => text.replace(new RegExp(`(.{${width}})`, 'g'), `$1${by}`);

/** A credential in the forms in which a service may echo it. */
const FORMS: Readonly<Record<string, (token: string) => string>> = {
  plain: (token) => token,
  'another case': (token) => token.toUpperCase(),
  'URL-encoded': encodeURIComponent,
  'URL-encoded, every character': percent,
  'URL-encoded, upper case': (token) => percent(token).toUpperCase(),
  'URL-encoded twice': (token) => encodeURIComponent(percent(token)),
  'URL-encoded three times': (token) => encodeURIComponent(encodeURIComponent(percent(token))),
  'JSON in JSON': (token) => JSON.stringify(JSON.stringify({ token })),
  'escaped slashes': (token) => token.replaceAll('/', '\\/'),
  'JavaScript escapes': (token) => Array.from(token, (char) => `\\u00${char.charCodeAt(0).toString(16).padStart(2, '0')}`).join(''),
  'hexadecimal escapes': (token) => Array.from(token, (char) => `\\x${char.charCodeAt(0).toString(16)}`).join(''),
  'HTML, decimal': (token) => Array.from(token, (char) => `&#${char.charCodeAt(0)};`).join(''),
  'HTML, hexadecimal': (token) => Array.from(token, (char) => `&#x${char.charCodeAt(0).toString(16)};`).join(''),
  hexadecimal: (token) => Buffer.from(token).toString('hex'),
  'hexadecimal, upper case': (token) => Buffer.from(token).toString('hex').toUpperCase(),
  'a mixture': (token) =>
    Array.from(token, (char, at) =>
      at % 3 === 0 ? char : at % 3 === 1 ? percent(char) : `\\u00${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
    ).join(''),
};
const BASE64: Readonly<Record<string, (bytes: Buffer) => string>> = {
  base64: (bytes) => bytes.toString('base64'),
  base64url: (bytes) => bytes.toString('base64url'),
  'base64, URL-encoded': (bytes) => encodeURIComponent(bytes.toString('base64')),
  'base64 in lines': (bytes) => folded(bytes.toString('base64'), 8, '\r\n'),
  'base64 in lines, in JSON': (bytes) => JSON.stringify(folded(bytes.toString('base64'), 8, '\n')),
  'base64, JavaScript escapes': (bytes) => bytes.toString('base64').replaceAll('+', '\\u002b').replaceAll('/', '\\/'),
};

test('every form of a credential is found, wherever it stands', () => {
  const stripper = stripperFor([TOKEN]);
  for (const [name, form] of Object.entries(FORMS))
    for (const [before, after] of [
      ['', ''],
      ['{"error":"bad token ', ' given"}'],
      [TOKEN.slice(0, 9), 'x'],
      ['%', '%'],
      ['\\', '\\'],
    ] as const) {
      const result = stripper.strip(`${before}${form(TOKEN)}${after}`);
      assert.equal(result.found, 1, `${name} between ${before} and ${after}: ${result.text}`);
    }
});

test('in base64 it is found at every alignment, and what is left tells nothing', () => {
  const stripper = stripperFor([TOKEN]);
  for (const [name, form] of Object.entries(BASE64))
    for (const before of ['', 'u', 'us', 'user:', 'Bearer '])
      for (const after of ['', ':', ':x', ' and more']) {
        const { text, found } = stripper.strip(form(Buffer.from(`${before}${TOKEN}${after}`)));
        assert.equal(found, 1, `${name}: ${before}…${after}`);
        const rest = Buffer.from(text.replaceAll('[credential]', ''), 'base64').toString('latin1');
        for (let at = 0; at + 6 <= TOKEN.length; at++) assert.ok(!rest.includes(TOKEN.slice(at, at + 6)), `${name}: ${rest}`);
      }
});

test('several credentials, several times; other text stays byte for byte', () => {
  const stripper = stripperFor([TOKEN, 'second-secret-value', 'short', TOKEN]);
  assert.deepEqual(stripper.strip(`${TOKEN}${TOKEN} second-secret-value short`), {
    text: '[credential][credential] [credential] short',
    found: 3,
  });
  for (const text of [
    '',
    'gho_A7b-9Zx.Q~k2/Lm+Pq=81_TuVwXy',
    TOKEN.slice(1),
    '%zz %2 \\u00 &#; &#x',
    latin('Grüße 東京'),
    '\\'.repeat(50),
    '%25'.repeat(50),
  ])
    assert.deepEqual(stripper.strip(text), { text, found: 0 });
});

test('any credential in any form between any text', () => {
  const secret = fc.string({ unit: fc.constantFrom(...'ABCXYZabcxyz0189-._~+/='), minLength: 12, maxLength: 60 });
  const around = fc.string({ unit: 'grapheme-ascii', maxLength: 20 });
  const form = fc.constantFrom(
    ...Object.values(FORMS),
    ...Object.values(BASE64).map(
      (of) =>
        (token: string): string =>
          of(Buffer.from(token)),
    ),
  );
  fc.assert(
    fc.property(secret, around, around, form, (token, before, after, of) => {
      assert.ok(stripperFor([token]).strip(`${before} ${of(token)} ${after}`).found >= 1);
    }),
    { numRuns: 400 },
  );
});

test('a megabyte of what begins like a credential is read in linear time', () => {
  const stripper = stripperFor([TOKEN, 'a'.repeat(200)]);
  for (const unit of [TOKEN.slice(0, -1), 'a'.repeat(199) + 'b', '%25', '\\', '&#', '%61'])
    assert.equal(stripper.strip(unit.repeat(Math.ceil(1_000_000 / unit.length))).text.length > 0, true);
});
