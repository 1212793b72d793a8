import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { luhn, mod97 } from '../detectors/identifiers/checksum.ts';
import { nhs, tckn } from '../detectors/identifiers/national.ts';
import { createPlaceholders } from './placeholders.ts';
import { maskShape } from './shape.ts';

const KEY = new Uint8Array(32).fill(7);
const masked = (type: string, value: string): string => maskShape(KEY, 'p1', type, value);

suite('masks that keep the form', () => {
  test('digits, letters and separators stay what they are', () => {
    for (const [type, value] of [
      ['PHONE_NUMBER', '+44 20 7946 0958'],
      ['US_PASSPORT', 'A12345678'],
      ['PERSON', 'Anna-Lena Öz'],
      ['UK_NHS', '401-023-2137'],
    ] as const) {
      const form = (text: string): string =>
        text
          .replaceAll(/\d/g, '9')
          .replaceAll(/\p{Lu}/gu, 'A')
          .replaceAll(/\p{Ll}/gu, 'a');
      assert.equal(form(masked(type, value)), form(value));
      assert.notEqual(masked(type, value), value);
    }
    assert.ok(masked('PHONE_NUMBER', '+44 20 7946 0958').startsWith('+44 '));
  });

  test('check digits fit, in a range that no one was given where there is one', () => {
    const card = masked('CREDIT_CARD', '4111 1111 1111 1111');
    assert.match(card, /^0\d{3}( \d{4}){3}$/);
    assert.ok(luhn(card.replaceAll(' ', '')));
    assert.match(masked('US_SSN', '536-90-4399'), /^666-\d\d-\d{4}$/);
    const iban = masked('IBAN_CODE', 'GB82 WEST 1234 5698 7654 32');
    assert.ok(iban.startsWith('GB') && mod97(iban.replaceAll(' ', '')));
    assert.ok(nhs(masked('UK_NHS', '401-023-2137').replaceAll('-', '')));
    assert.ok(tckn(masked('TR_NATIONAL_ID', '10000000146')));
    assert.match(masked('EMAIL_ADDRESS', 'jane.doe@acme.com'), /^[a-z]{4}\.[a-z]{3}@[a-z]{7}\.example$/);
    assert.match(masked('IP_ADDRESS', '203.0.113.7'), /^192\.0\.2\.\d+$/);
  });

  test('the same for the same key, principal, type and value; another for another', () => {
    const value = '401-023-2137';
    assert.equal(masked('UK_NHS', value), masked('UK_NHS', value));
    const others = [
      maskShape(KEY, 'p2', 'UK_NHS', value),
      maskShape(new Uint8Array(32), 'p1', 'UK_NHS', value),
      masked('UK_NHS', '221-395-1837'),
    ];
    assert.ok(!others.includes(masked('UK_NHS', value)));
  });

  test('nothing of it is restored, for it cannot be told from what the model wrote', () => {
    const placeholders = createPlaceholders({ key: KEY, principal: 'p1', shapes: ['CREDIT_CARD'] });
    const card = placeholders.mask('CREDIT_CARD', '4111 1111 1111 1111');
    assert.match(card, /^0\d{3} /);
    const email = placeholders.mask('EMAIL_ADDRESS', 'a@example.com');
    const { text, restored } = placeholders.restore(`${card} ${email}`, { allow: () => true, kind: 'text' });
    assert.equal(text, `${card} a@example.com`);
    assert.equal(restored, 1);
    assert.equal(placeholders.masked.size, 1);
  });
});
