import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { createPlaceholders, maskSecret, placeholderType, type Placeholders, type RestoreContext } from './index.ts';

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);
const OTHER_KEY = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);
const ANYWHERE: RestoreContext = { kind: 'text', allow: () => true };
const TEXT_ONLY: RestoreContext = { kind: 'text', allow: (_, place) => place === 'text' };

function request(principal = 'prn_alice', key = KEY): Placeholders {
  return createPlaceholders({ key, principal });
}

describe('placeholders', () => {
  it('have a type and a hash of key, principal, type and value', () => {
    const placeholder = request().mask('EMAIL_ADDRESS', 'jane@example.com');
    assert.match(placeholder, /^<EMAIL_ADDRESS_[0-9a-f]{10}>$/);
    assert.equal(request().mask('EMAIL_ADDRESS', 'jane@example.com'), placeholder);
    assert.notEqual(request('prn_bob').mask('EMAIL_ADDRESS', 'jane@example.com'), placeholder);
    assert.notEqual(request('prn_alice', OTHER_KEY).mask('EMAIL_ADDRESS', 'jane@example.com'), placeholder);
    assert.notEqual(request().mask('EMAIL_ADDRESS', 'jane@example.org'), placeholder);
    const asPerson = request().mask('PERSON', 'jane@example.com');
    assert.notEqual(asPerson.replace('PERSON', 'EMAIL_ADDRESS'), placeholder);
  });

  it('do not mix up where one field ends', () => {
    const hash = (principal: string, value: string): string => createPlaceholders({ key: KEY, principal }).mask('T', value).slice(3);
    assert.notEqual(hash('a', 'b:c'), hash('a1:b', 'c'));
    assert.notEqual(hash('ab', 'c'), hash('a', 'bc'));
  });

  it('stay different when two values have the same short hash', () => {
    const first = request();
    const placeholder = first.mask('PERSON', 'Ann');
    // Another value already stands behind the placeholder that Ann would get, as after a collision.
    const later = createPlaceholders({ key: KEY, principal: 'prn_alice', sealed: { version: 1, entries: [[placeholder, 'Bea']] } });
    const longer = later.mask('PERSON', 'Ann');
    assert.match(longer, /^<PERSON_[0-9a-f]{16}>$/);
    assert.equal(later.mask('PERSON', 'Ann'), longer);
    assert.equal(later.restore(`${placeholder} ${longer}`, ANYWHERE).text, 'Bea Ann');
  });

  it('take any type name', () => {
    assert.match(request().mask('de.steuer-id', 'x'), /^<DE_STEUER_ID_[0-9a-f]{10}>$/);
    assert.match(request().mask('1x', 'x'), /^<T_1X_[0-9a-f]{10}>$/);
    const longest = request().mask('A'.repeat(90), 'x');
    assert.equal(placeholderType(longest), 'A'.repeat(48));
    assert.equal(request().isPlaceholder(longest), false);
  });

  it('name their type in each form', () => {
    for (const form of [
      '<US_SSN_1a2b3c4d5e>',
      '&lt;us_ssn_1A2B3C4D5E&gt;',
      '\\u003cUS_SSN_1a2b3c4d5e\\u003e',
      '\\\\u003CUS_SSN_1a2b3c4d5e\\\\u003E',
    ]) {
      assert.equal(placeholderType(form), 'US_SSN', form);
    }
    const none = [
      '<US_SSN>',
      '<US_SSN_1a2b3c4d5>',
      '<US_SSN_1a2b3c4d5e&gt;',
      ' <US_SSN_1a2b3c4d5e>',
      '<US SSN_1a2b3c4d5e>',
      `<T_${'a'.repeat(33)}>`,
      '',
    ];
    for (const text of none) assert.equal(placeholderType(text), undefined, text);
  });

  it('mask secrets one way', () => {
    assert.equal(maskSecret('openai_key'), '[SECRET_OPENAI_KEY]');
    assert.equal(maskSecret('SECRET_KEY'), '[SECRET_KEY]');
    const placeholders = request();
    assert.equal(placeholders.restore(placeholders.maskSecret('KEY'), ANYWHERE).restored, 0);
    assert.equal(placeholders.masked.size, 0);
  });

  it('refuse a short key', () => {
    assert.throws(() => createPlaceholders({ key: new Uint8Array(8), principal: 'p' }), RangeError);
  });

  it('survive sealing, and drop what a sealed map cannot contain', () => {
    const first = request();
    const placeholder = first.mask('PERSON', 'Ann');
    const sealed = JSON.parse(JSON.stringify(first.seal()));
    const later = createPlaceholders({ key: KEY, principal: 'prn_alice', sealed });
    assert.equal(later.restore(`Hi ${placeholder}`, TEXT_ONLY).text, 'Hi Ann');
    const bad = {
      version: 1,
      entries: [
        ['a', 'b'],
        ['<x_1234567890>', 'lower case'],
        ['<X_1234567890>', 5],
      ],
    } as never;
    assert.equal(createPlaceholders({ key: KEY, principal: 'p', sealed: bad }).masked.size, 0);
  });
});

describe('restoring', () => {
  it('restores what was masked, in every form that models write', () => {
    const placeholders = request();
    const placeholder = placeholders.mask('PERSON', 'Ann "A" <Lee>');
    const inner = placeholder.slice(1, -1);
    assert.equal(placeholders.restore(`Hi ${placeholder}, ${placeholder}`, TEXT_ONLY).text, 'Hi Ann "A" <Lee>, Ann "A" <Lee>');
    assert.equal(placeholders.restore(`Hi ${placeholder.toLowerCase()}`, TEXT_ONLY).text, 'Hi Ann "A" <Lee>');
    assert.equal(placeholders.restore(`Hi &lt;${inner}&gt;`, TEXT_ONLY).text, 'Hi Ann &quot;A&quot; &lt;Lee&gt;');
    assert.equal(placeholders.restore(`Hi \\u003c${inner}\\u003e`, TEXT_ONLY).text, 'Hi Ann \\"A\\" <Lee>');
    assert.equal(placeholders.isPlaceholder(`\\u003C${inner}\\u003E`), true);
    assert.equal(placeholders.isPlaceholder(inner), false);
  });

  it('gives the same string when there is nothing to restore', () => {
    const placeholders = request();
    assert.deepEqual(placeholders.restore('<PERSON_1234567890>', ANYWHERE), { text: '<PERSON_1234567890>', restored: 0, withheld: 0 });
    placeholders.mask('PERSON', 'Ann');
    assert.deepEqual(placeholders.restore('Hi <b>', ANYWHERE), { text: 'Hi <b>', restored: 0, withheld: 0 });
  });

  it('escapes for JSON at the level that the text shows', () => {
    const placeholders = request();
    const value = 'Ann "A"\n\\Lee\u2028';
    const placeholder = placeholders.mask('PERSON', value);
    const context: RestoreContext = { kind: 'json', tool: 'tool_read', allow: (_, place) => place === 'tool_read' };
    const plain = JSON.stringify({ name: `to ${placeholder}!` });
    assert.equal(JSON.parse(placeholders.restore(plain, context).text).name, `to ${value}!`);
    const escaped = plain.replace('<', '\\u003c').replace('>', '\\u003e');
    assert.equal(JSON.parse(placeholders.restore(escaped, context).text).name, `to ${value}!`);
    const nested = JSON.stringify({ body: escaped });
    assert.equal(JSON.parse(JSON.parse(placeholders.restore(nested, context).text).body).name, `to ${value}!`);
  });

  it('restores none of 1,000 planted, guessed or foreign placeholders', () => {
    const placeholders = request();
    const genuine = placeholders.mask('EMAIL_ADDRESS', 'jane@example.com');
    const bob = request('prn_bob');
    let restored = 0;
    for (let i = 0; i < 1000; i++) {
      const hash = genuine.slice(-11, -1);
      const near =
        hash.slice(0, i % 10) + ((Number.parseInt(hash[i % 10] ?? '0', 16) + 1 + (i % 14)) % 16).toString(16) + hash.slice((i % 10) + 1);
      const tries = [
        bob.mask('EMAIL_ADDRESS', i === 0 ? 'jane@example.com' : `user${i}@example.com`),
        `<EMAIL_ADDRESS_${near}>`,
        `<PERSON_${hash}>`,
        request('prn_alice', OTHER_KEY).mask('EMAIL_ADDRESS', 'jane@example.com'),
      ];
      restored += placeholders.restore(`Hi ${tries[i % 4]} and \\u003c${tries[i % 4]?.slice(1, -1)}\\u003e`, ANYWHERE).restored;
    }
    assert.equal(restored, 0);
    assert.equal(placeholders.restore(genuine, ANYWHERE).restored, 1);
  });

  it('asks for each place that the placeholder is in', () => {
    const placeholders = request();
    const placeholder = placeholders.mask('PERSON', 'Ann');
    const asked: string[] = [];
    const allow = (type: string, place: string): boolean => asked.push(`${type} ${place}`) > 0;
    const out = placeholders.restore(`<a href="https://x/${placeholder}">`, { kind: 'text', allow });
    assert.equal(out.text, '<a href="https://x/Ann">');
    placeholders.restore(`{"to":"${placeholder}"}`, { kind: 'json', tool: 'tool_write', allow });
    assert.deepEqual(asked, ['PERSON url', 'PERSON attribute', 'PERSON tool_write']);
  });
});

describe('look-alikes in incoming text', () => {
  const form = 'EMAIL_ADDRESS_1a2b3c4d5e';
  const fullwidth = Array.from(`<${form}>`, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)).join('');
  const zeroWidth = Array.from(`<${form}>`).join('\u200b');
  const tags = Array.from(`<${form}>`, (c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join('');
  const hidden: readonly [string, string][] = [
    ['itself', `<${form}>`],
    ['lower case', `<${form.toLowerCase()}>`],
    ['upper case', `<${form.toUpperCase()}>`],
    ['entities', `&lt;${form}&gt;`],
    ['numeric entities', `&#60;${form}&#x3E;`],
    ['JSON escapes', `\\u003c${form}\\u003E`],
    ['percent-encoding', `%3C${form}%3E`],
    ['fullwidth letters', fullwidth],
    ['fullwidth brackets', `＜${form}＞`],
    ['a fullwidth underscore', `<EMAIL＿ADDRESS＿1a2b3c4d5e>`],
    ['zero-width characters', zeroWidth],
    ['tag characters', tags],
    ['combining marks', `<${form.replace('1a', '1\u0336a')}>`],
  ];

  for (const [name, text] of hidden) {
    it(`are changed when written with ${name}`, () => {
      const placeholders = createPlaceholders({
        key: KEY,
        principal: 'p',
        sealed: { version: 1, entries: [[`<${form}>`, 'jane@example.com']] },
      });
      const escaped = placeholders.escapeLookalikes(`a ${text} b ${text}`);
      assert.notEqual(escaped, `a ${text} b ${text}`);
      const read = escaped
        .normalize('NFKC')
        .replace(/\u200b|\u0336/g, '')
        .replace(/[\u{e0020}-\u{e007e}]/gu, (c) => String.fromCodePoint((c.codePointAt(0) ?? 0) - 0xe0000));
      assert.equal(placeholders.restore(read, ANYWHERE).restored, 0);
      assert.ok(!/_1a2b3c4d5e/i.test(read), read);
      assert.equal(placeholders.escapeLookalikes(escaped), escaped);
    });
  }

  it('leave all other text as the same string', () => {
    const texts = [
      '',
      'plain',
      '<div_1234>',
      'snake_case_name',
      'sha_1a2b3c4d5e6f7a8b',
      '<b>x_1a2b3c4d5e</b>',
      'Größe_straße <tag>',
      '日本_語_1234',
      '<a_1a2b3c4d5>',
      '_'.repeat(99),
    ];
    for (const text of texts) assert.equal(request().escapeLookalikes(text), text);
  });

  it('keep the length of the text when written in one plane', () => {
    const text = `x ${fullwidth} <${form}>`;
    assert.equal(request().escapeLookalikes(text).length, text.length);
  });

  it('never leave a placeholder form (property)', () => {
    const piece = fc.constantFrom('<', '&lt;', '>', '&gt;', 'A', '_', '1a2b3c4d5e', 'f', '\u200b', '＿', 'Ａ', '\\u003c', '\\u003e', ' ');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20, size: 'max' }), (pieces) => {
        const escaped = request().escapeLookalikes(pieces.join(''));
        const read = escaped.normalize('NFKC').replaceAll('\u200b', '');
        assert.doesNotMatch(read, /(?:<|&lt;|\\u003c)[A-Z][A-Z0-9_]*_[0-9a-f]{10,32}(?:>|&gt;|\\u003e)/i);
      }),
      { numRuns: 5000 },
    );
  });
});
